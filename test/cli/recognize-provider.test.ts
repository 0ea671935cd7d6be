import { expect, test } from 'vitest'
import { recognizeProvider } from '../../src/cli/recognize-provider.ts'

test.each([
  ['https://id.example.com/realms/acme', 'keycloak'],
  ['http://127.0.0.1:8080/realms/acme', 'keycloak'],
  ['https://acme.eu.auth0.com/', 'auth0'],
  ['https://acme.okta.com', 'okta'],
  ['https://acme.okta.com/oauth2/default', 'okta'],
  ['https://login.microsoftonline.com/9f2b3c4d-1111-4222-8333-444455556666/v2.0', 'entra'],
  ['https://accounts.google.com', 'google'],
  ['https://github.com', 'github'],
  ['https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_EXAMPLE', 'cognito'],
  ['https://acme.scalekit.com', 'scalekit'],
  ['https://acme.logto.app/oidc', 'logto'],
  ['https://api.asgardeo.io/t/acme/oauth2/token', 'asgardeo'],
  ['https://is.example.com:9443/oauth2/token', 'wso2'],
  ['https://id.example.com', undefined],
  ['https://id.example.com/tenant', undefined],
  ['https://github.com.example.org', undefined],
  ['https://accountsXgoogle.com', undefined],
  ['https://evil.example/https://acme.okta.com', undefined],
])('%s is %s', (issuer, id) => {
  expect(recognizeProvider(issuer)?.id).toBe(id)
})
