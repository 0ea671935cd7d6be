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
import { describe, expect, test } from 'vitest'

const TENANT = '11111111-2222-3333-4444-555555555555'
const ISSUER = 'https://id.example.com/x'
const client = { clientId: 'mcp', clientSecret: 'secret' }
const pool = { region: 'eu-central-1', userPoolId: 'eu-central-1_ABC' }

describe('sign-in', () => {
  test.each([
    ['keycloak', keycloak({ issuer: ISSUER, ...client }), ISSUER],
    ['auth0', auth0({ domain: 'acme.eu.auth0.com', ...client }), 'https://acme.eu.auth0.com/'],
    [
      'auth0 with a slash',
      auth0({ domain: 'https://id.acme.com/', ...client }),
      'https://id.acme.com/',
    ],
    ['okta', okta({ domain: 'acme.okta.com', ...client }), 'https://acme.okta.com'],
    [
      'okta, a custom one',
      okta({ domain: 'acme.okta.com', authorizationServer: 'default', ...client }),
      'https://acme.okta.com/oauth2/default',
    ],
    [
      'entra',
      entra({ tenant: TENANT, ...client }),
      `https://login.microsoftonline.com/${TENANT}/v2.0`,
    ],
    ['google', google(client), 'https://accounts.google.com'],
    ['github', github(client), 'https://github.com'],
    [
      'cognito',
      cognito({ ...pool, ...client }),
      'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_ABC',
    ],
    [
      'scalekit',
      scalekit({ environmentUrl: 'https://acme.scalekit.com/', ...client }),
      'https://acme.scalekit.com',
    ],
    [
      'logto',
      logto({ endpoint: 'https://acme.logto.app', ...client }),
      'https://acme.logto.app/oidc',
    ],
    [
      'asgardeo',
      asgardeo({ organization: 'acme', ...client }),
      'https://api.asgardeo.io/t/acme/oauth2/token',
    ],
    ['wso2', wso2({ url: 'https://is:9443', ...client }), 'https://is:9443/oauth2/token'],
    ['duende', duende({ issuer: ISSUER, ...client }), ISSUER],
    ['oidc', oidc({ issuer: ISSUER, ...client }), ISSUER],
  ])('%s has its issuer and its name', (id, upstream, issuer) => {
    expect(upstream).toMatchObject({ issuer, name: id.split(/[ ,]/)[0], ...client })
  })

  test('what the user says wins over what the profile knows', () => {
    const upstream = entra({ tenant: TENANT, ...client, name: 'work', scopes: ['profile'] })
    expect(upstream).toMatchObject({ name: 'work', scopes: ['profile'] })
    expect(
      google({ ...client, offline: true, extraAuthorizeParams: { hd: 'a.example' } }),
    ).toMatchObject({
      extraAuthorizeParams: { access_type: 'offline', prompt: 'consent', hd: 'a.example' },
    })
  })

  test('OAuth 2.0 alone has its three endpoints', () => {
    const endpoints = {
      authorizationEndpoint: `${ISSUER}/authorize`,
      tokenEndpoint: `${ISSUER}/token`,
      userInfoEndpoint: `${ISSUER}/user`,
    }
    expect(oauth({ issuer: ISSUER, ...endpoints, ...client })).toMatchObject({
      kind: 'oauth',
      ...endpoints,
    })
    expect(
      github({ ...client, baseUrl: 'git.example.com', apiUrl: 'https://git.example.com/api/v3' }),
    ).toMatchObject({
      tokenEndpoint: 'https://git.example.com/login/oauth/access_token',
      userInfoEndpoint: 'https://git.example.com/api/v3/user',
    })
  })
})

describe('a value that cannot be right is refused at start', () => {
  const unset = undefined as unknown as string
  test.each([
    ['entra.tenant', () => entra({ tenant: 'common', ...client })],
    ['entra.tenant', () => entra({ tenant: 'acme.onmicrosoft.com', ...client })],
    ['entra.tenant', () => entra({ tenant: unset, ...client })],
    ['entra.clientId', () => entra.issuer({ tenant: TENANT, clientId: unset })],
    ['keycloak.issuer', () => keycloak.issuer({ issuer: unset })],
    ['auth0.domain', () => auth0.issuer({ domain: '' })],
    ['auth0.domain', () => auth0({ domain: 'https://', ...client })],
    ['okta.domain', () => okta.issuer({ domain: unset })],
    [
      'okta.authorizationServer',
      () => okta.issuer({ domain: 'a.okta.com', authorizationServer: '../x' }),
    ],
    ['cognito.userPoolId', () => cognito.issuer({ region: 'eu-central-1', userPoolId: unset })],
    ['cognito.region', () => cognito({ ...pool, region: 'evil.example/', ...client })],
    [
      'scalekit.resourceId',
      () => scalekit.issuer({ environmentUrl: 'a.scalekit.com', resourceId: 'mcp' }),
    ],
    ['logto.endpoint', () => logto.issuer({ endpoint: unset })],
    ['asgardeo.organization', () => asgardeo.issuer({ organization: 'a/b' })],
    ['wso2.url', () => wso2.issuer({ url: unset })],
    ['duende.issuer', () => duende.issuer({ issuer: unset })],
    ['oidc.issuer', () => oidc({ issuer: unset, ...client })],
  ])('%s', (path, create) => {
    expect(create).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIG_PROVIDER_OPTION',
        message: expect.stringContaining(path) as string,
      }),
    )
  })

  test('a misspelt option is refused by the resource server', () => {
    const misspelt = { issuer: ISSUER, audiences: ['x'] }
    expect(() =>
      createResourceServer({
        resource: 'https://mcp.example.com/mcp',
        authorizationServers: [keycloak.issuer(misspelt)],
      }),
    ).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_OPTION_UNKNOWN' }))
  })
})

describe('tokens', () => {
  test('values of aud that the profile knows and those of the user are accepted', () => {
    const accepted = entra.issuer({ tenant: TENANT, clientId: 'api-1', audience: 'https://mcp' })
    expect(accepted).toMatchObject({ audience: ['api-1', 'https://mcp'] })
  })

  test('version 1 of Entra ID has another issuer, other keys and another audience', () => {
    expect(entra.issuer({ tenant: TENANT, clientId: 'api-1', version: 1 })).toMatchObject({
      issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`,
      tokenIssuer: `https://sts.windows.net/${TENANT}/`,
      jwksUri: `https://login.microsoftonline.com/${TENANT}/discovery/keys`,
      audience: ['api-1', 'api://api-1'],
    })
  })

  test('Scalekit sends clients to the resource, and signs for the environment', () => {
    expect(
      scalekit.issuer({ environmentUrl: 'a.scalekit.com', resourceId: 'res_1' }),
    ).toMatchObject({
      issuer: 'https://a.scalekit.com/resources/res_1',
      tokenIssuer: 'https://a.scalekit.com',
      jwksUri: 'https://a.scalekit.com/keys',
      audience: ['res_1'],
    })
  })

  test('Auth0 may name its UserInfo endpoint beside us, Keycloak account', () => {
    expect(auth0.issuer({ domain: 'a.auth0.com' }).otherAudiences).toEqual([
      'https://a.auth0.com/userinfo',
    ])
    expect(keycloak.issuer({ issuer: ISSUER }).otherAudiences).toEqual(['account'])
  })

  test('Duende signs at+jwt, unless it is told otherwise', () => {
    expect(duende.issuer({ issuer: ISSUER }).requireAtJwt).toBe(true)
    expect(duende.issuer({ issuer: ISSUER, requireAtJwt: false }).requireAtJwt).toBe(false)
  })

  test('Keycloak: a role of a client is never one of the realm', () => {
    const { mapClaims } = keycloak.issuer({ issuer: ISSUER })
    const claims = {
      realm_access: { roles: ['user'] },
      resource_access: { app: { roles: ['admin', 1] }, none: null, odd: { roles: 'admin' } },
      'resource_access (client/role)': ['admin'],
    }
    expect(new Set(mapClaims(claims).roles)).toEqual(new Set(['user', 'app/admin']))
    expect([...(mapClaims({ resource_access: 'x' }).roles ?? [])]).toEqual([])
  })

  test('Auth0: roles are where an Action puts them', () => {
    const rolesClaim = 'https://acme.example/roles'
    const { mapClaims } = auth0.issuer({ domain: 'a.auth0.com', rolesClaim })
    const mapped = mapClaims({
      [rolesClaim]: ['editor'],
      permissions: ['read:notes'],
      azp: 'c',
      org_id: 'o',
    })
    expect(mapped).toMatchObject({ clientId: 'c', tenant: 'o' })
    expect([[...(mapped.roles ?? [])], [...(mapped.permissions ?? [])]]).toEqual([
      ['editor'],
      ['read:notes'],
    ])
  })

  test('generic tokens are read from where the user says', () => {
    const { mapClaims } = oidc.issuer({
      issuer: ISSUER,
      claims: { tenant: ['org.id'], roles: ['g'] },
    })
    const mapped = mapClaims({ scope: 'a b', org: { id: 'acme' }, g: 'editors' })
    expect(mapped).toMatchObject({ tenant: 'acme' })
    expect([[...(mapped.scopes ?? [])], [...(mapped.roles ?? [])]]).toEqual([
      ['a', 'b'],
      ['editors'],
    ])
  })
})
