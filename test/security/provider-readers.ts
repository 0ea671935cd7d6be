import { createResourceServer } from 'mcp-gatehouse'
import {
  asgardeo,
  auth0,
  cognito,
  duende,
  entra,
  github,
  google,
  keycloak,
  logto,
  oauth,
  oidc,
  okta,
  scalekit,
  wso2,
} from 'mcp-gatehouse/providers'
import type { Given, Reader } from './option-reader.ts'
import { createWithUpstream } from './server-option-readers.ts'

const RESOURCE = 'https://mcp.example.com/mcp'
const ISSUER = { issuer: 'https://id.example.com' }
const CLIENT = { clientId: 'a', clientSecret: 'b' }
const TENANT = { tenant: '11111111-2222-3333-4444-555555555555' }
const POOL = { region: 'eu-central-1', userPoolId: 'eu-central-1_EXAMPLE' }
const OAUTH = {
  ...ISSUER,
  authorizationEndpoint: 'https://id.example.com/authorize',
  tokenEndpoint: 'https://id.example.com/token',
  userInfoEndpoint: 'https://id.example.com/user',
}

const SIGN_IN = ['clientId', 'clientSecret', 'privateKey', 'name', 'scopes', 'extraAuthorizeParams']
const TOKENS = ['audience', 'scopes', 'requireAtJwt', 'algorithms', 'metadataUrl', 'jwksUri']

/** Signs in at a provider: an unknown option is found where the upstream is read. */
function signIn(
  provider: (options: never) => object,
  type: string,
  good: Given,
  names: readonly string[] = [],
): Reader {
  return {
    type,
    good: { ...CLIENT, ...good },
    names: [...SIGN_IN, ...names],
    read: (options) => createWithUpstream(provider(options)),
  }
}

/** Accepts the tokens of a provider: an unknown option is found by the resource server. */
function tokens(
  provider: { issuer(options: never): { readonly issuer: string } },
  type: string,
  good: Given,
  names: readonly string[] = [],
): Reader {
  return {
    type,
    good,
    names: [...TOKENS, ...names],
    read: (options) =>
      createResourceServer({
        resource: RESOURCE,
        authorizationServers: [provider.issuer(options)],
      }),
  }
}

/** The providers, for sign-in and for their tokens. */
export const PROVIDER_READERS: Readonly<Record<string, Reader>> = {
  asgardeo: signIn(asgardeo, 'AsgardeoSignInOptions', { organization: 'acme' }),
  'asgardeo.issuer': tokens(asgardeo, 'AsgardeoTokenOptions', { organization: 'acme' }),
  auth0: signIn(auth0, 'Auth0SignInOptions', { domain: 'acme.eu.auth0.com' }, ['audience']),
  'auth0.issuer': tokens(auth0, 'Auth0TokenOptions', { domain: 'acme.eu.auth0.com' }, [
    'rolesClaim',
  ]),
  cognito: signIn(cognito, 'CognitoSignInOptions', POOL),
  'cognito.issuer': tokens(
    cognito,
    'CognitoTokenOptions',
    { ...POOL, clientsWithoutAudience: ['a'] },
    ['resourceServer'],
  ),
  duende: signIn(duende, 'DuendeSignInOptions', ISSUER),
  'duende.issuer': tokens(duende, 'DuendeTokenOptions', ISSUER),
  entra: signIn(entra, 'EntraSignInOptions', TENANT, ['authority', 'sendScopesOnRefresh']),
  'entra.issuer': tokens(entra, 'EntraTokenOptions', { ...TENANT, clientId: 'a' }, [
    'authority',
    'appIdUri',
    'version',
  ]),
  github: signIn(github, 'GithubSignInOptions', {}, ['baseUrl', 'apiUrl']),
  google: signIn(google, 'GoogleSignInOptions', {}, ['offline']),
  keycloak: signIn(keycloak, 'KeycloakSignInOptions', ISSUER),
  'keycloak.issuer': tokens(keycloak, 'KeycloakTokenOptions', ISSUER),
  logto: signIn(logto, 'LogtoSignInOptions', { endpoint: 'https://acme.logto.app' }),
  'logto.issuer': tokens(logto, 'LogtoTokenOptions', {
    endpoint: 'https://acme.logto.app',
  }),
  oauth: signIn(oauth, 'GenericOAuthOptions', OAUTH, ['subjectClaim']),
  oidc: signIn(oidc, 'GenericSignInOptions', ISSUER, ['audience', 'userInfo']),
  'oidc.issuer': tokens(oidc, 'GenericTokenOptions', ISSUER, ['claims']),
  okta: signIn(okta, 'OktaSignInOptions', { domain: 'acme.okta.com' }, ['authorizationServer']),
  'okta.issuer': tokens(okta, 'OktaTokenOptions', { domain: 'acme.okta.com' }, [
    'authorizationServer',
  ]),
  scalekit: signIn(scalekit, 'ScalekitSignInOptions', {
    environmentUrl: 'https://acme.scalekit.com',
  }),
  'scalekit.issuer': tokens(scalekit, 'ScalekitTokenOptions', {
    environmentUrl: 'https://acme.scalekit.com',
    resourceId: 'res_1',
  }),
  wso2: signIn(wso2, 'Wso2SignInOptions', { url: 'https://id.example.com:9443' }),
  'wso2.issuer': tokens(wso2, 'Wso2TokenOptions', { url: 'https://id.example.com:9443' }),
}
