import { createResourceServer } from 'mcp-gatehouse'
import { createAuthorizationServer, type UpstreamOptions } from 'mcp-gatehouse/authorization-server'
import {
  type AcceptedTokens,
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
import { memory } from 'mcp-gatehouse/storage'
import { newRing } from '../authorization-server/world.ts'
import type { Given, Reader } from './option-reader.ts'

const SERVER = {
  issuer: 'http://127.0.0.1:4000',
  resources: ['http://127.0.0.1:3000/mcp'],
  storage: memory(),
  keys: { signing: await newRing('signing'), cookies: await newRing('cookies') },
  allowInsecureLoopback: true,
}
const CLIENT = { clientId: 'a', clientSecret: 'b' }
const ISSUER = { issuer: 'https://id.example.com' }
const TENANT = { tenant: '11111111-2222-3333-4444-555555555555' }
const POOL = { region: 'eu-central-1', userPoolId: 'eu-central-1_A' }
const ENVIRONMENT = { environmentUrl: 'https://a.scalekit.com' }
const ENDPOINTS = {
  authorizationEndpoint: 'https://id.example.com/authorize',
  tokenEndpoint: 'https://id.example.com/token',
  userInfoEndpoint: 'https://id.example.com/user',
}

/** What a provider builds is read by the server that it is for. */
function signIn(
  type: string,
  provider: (options: never) => UpstreamOptions,
  good: Given,
  ...names: readonly string[]
): readonly [string, Reader] {
  const read = (options: never): unknown =>
    createAuthorizationServer({ ...SERVER, upstream: provider(options) })
  const { kind = 'oidc' } = provider({ ...CLIENT, ...good } as never)
  const alsoReads = [kind === 'oidc' ? 'OidcUpstreamOptions' : 'OAuthUpstreamOptions']
  const known = ['clientId', 'name', 'scopes', ...names]
  return [type, { type, alsoReads, good: { ...CLIENT, kind, ...good }, names: known, read }]
}

function tokens(
  type: string,
  { issuer }: { issuer: (options: never) => AcceptedTokens },
  good: Given,
  ...names: readonly string[]
): readonly [string, Reader] {
  const read = (options: never): unknown =>
    createResourceServer({
      resource: 'https://mcp.example.com/mcp',
      authorizationServers: [issuer(options)],
    })
  const alsoReads = ['AuthorizationServerOptions']
  const known = ['audience', 'scopes', 'algorithms', ...names]
  return [type, { type, alsoReads, good, names: known, read }]
}

const authorizationServer: Reader = {
  type: 'AuthorizationServerOptions',
  good: ISSUER,
  names: ['audience', 'algorithms', 'requireAtJwt', 'jwksUri', 'secret', 'tokenIssuer'],
  read: (options) =>
    createResourceServer({
      resource: 'https://mcp.example.com/mcp',
      authorizationServers: [options],
    }),
}

/** Whatever takes options of a provider, or of an authorization server as seen from outside. */
export const PROVIDER_READERS: Readonly<Record<string, Reader>> = Object.fromEntries([
  ['createResourceServer authorizationServers', authorizationServer],
  signIn('SignInOptions', oidc, ISSUER, 'claims', 'extraAuthorizeParams'),
  signIn('AsgardeoSignInOptions', asgardeo, { organization: 'a' }, 'organization'),
  signIn('Auth0SignInOptions', auth0, { domain: 'a.auth0.com' }, 'domain', 'audience'),
  signIn('CognitoSignInOptions', cognito, POOL, 'region', 'userPoolId', 'endpoint'),
  signIn('DuendeSignInOptions', duende, ISSUER, 'issuer'),
  signIn('EntraSignInOptions', entra, TENANT, 'tenant', 'authority'),
  signIn(
    'GenericOAuthOptions',
    oauth,
    { ...ISSUER, ...ENDPOINTS },
    'tokenEndpoint',
    'subjectClaim',
  ),
  signIn('GenericSignInOptions', oidc, ISSUER, 'userInfo', 'audience'),
  signIn('GithubSignInOptions', github, {}, 'baseUrl', 'apiUrl'),
  signIn('GoogleSignInOptions', google, {}, 'offline'),
  signIn('KeycloakSignInOptions', keycloak, ISSUER, 'issuer'),
  signIn('LogtoSignInOptions', logto, { endpoint: 'https://a.logto.app' }, 'endpoint'),
  signIn('OktaSignInOptions', okta, { domain: 'a.okta.com' }, 'domain', 'authorizationServer'),
  signIn('ScalekitSignInOptions', scalekit, ENVIRONMENT, 'environmentUrl'),
  signIn('Wso2SignInOptions', wso2, { url: 'https://is.example.com' }, 'url'),
  tokens('TokenOptions', oidc, ISSUER, 'jwksUri', 'metadataUrl', 'requireAtJwt'),
  tokens('AsgardeoTokenOptions', asgardeo, { organization: 'a' }),
  tokens('Auth0TokenOptions', auth0, { domain: 'a.auth0.com' }, 'rolesClaim'),
  tokens('CognitoTokenOptions', cognito, POOL, 'resourceServer', 'clientsWithoutAudience'),
  tokens('DuendeTokenOptions', duende, ISSUER, 'requireAtJwt'),
  tokens('EntraTokenOptions', entra, { ...TENANT, clientId: 'a' }, 'version', 'appIdUri'),
  tokens('GenericTokenOptions', oauth, ISSUER, 'claims'),
  tokens('KeycloakTokenOptions', keycloak, ISSUER),
  tokens('LogtoTokenOptions', logto, { endpoint: 'https://a.logto.app' }),
  tokens('OktaTokenOptions', okta, { domain: 'a.okta.com' }, 'authorizationServer'),
  tokens('ScalekitTokenOptions', scalekit, { ...ENVIRONMENT, resourceId: 'res_1' }),
  tokens('Wso2TokenOptions', wso2, { url: 'https://is.example.com' }),
])
