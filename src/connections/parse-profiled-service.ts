import { configError, requireType } from '../options/index.ts'
import type { ServiceProfile } from '../providers/index.ts'
import { createFillIn, type FillIn } from './fill-profile.ts'
import { createServiceDialect } from './service-dialect.ts'
import type { ProfiledOAuthServiceOptions } from './service-options.ts'
import type { ServiceKind } from './service-settings.ts'

/** What a profile decides. @throws {ConfigError} */
export function parseProfiled(options: ProfiledOAuthServiceOptions, path: string): ServiceKind {
  const { profile, clientId, placeholders = {}, allowInsecureLoopback = false } = options
  const isProfile = typeof profile === 'object' && profile !== null && 'tokenRequest' in profile
  requireType(isProfile, `${path}.profile`, 'a profile of `services`')
  if (profile.id === 'generic') {
    const subject = `${path}.profile (generic: leave it out, and name the endpoints)`
    throw configError('ERR_CONFIG_OPTION_TYPE', subject)
  }
  const fillIn = createFillIn(profile, { clientId, placeholders, allowInsecureLoopback }, path)
  const authorization_endpoint = fillIn(profile.authorizationEndpoint.value, 'authorization')
  const { scopes, identity, tokenRequest } = profile
  const { url, scopes: identityScopes, ...account } = identity.value
  return {
    title: profile.title,
    client: {
      issuer: new URL(authorization_endpoint).origin,
      clientSecretMethod: tokenRequest.value.authentication,
      userInfo: false,
      endpoints: {
        authorization_endpoint,
        token_endpoint: fillIn(profile.tokenEndpoint.value, 'token endpoint'),
        revocation_endpoint: clientRevocation(profile, fillIn),
      },
      dialect: createServiceDialect({
        body: tokenRequest.value.body,
        headers: tokenRequest.value.headers,
        errors: profile.tokenErrors.value,
        reconnectErrors: new Set(profile.reconnectErrors.value),
      }),
    },
    isIssuerAnOrigin: true,
    scopes: scopes.value === 'none' ? [] : [...profile.refresh.scopes, ...identityScopes],
    scopeSeparator: scopes.value === 'none' ? ' ' : scopes.value.request,
    hasCommas: scopes.value !== 'none' && scopes.value.granted === ',',
    hasPkce: profile.pkce.value === 'S256',
    parameters: profile.authorizationParameters.value,
    account: { ...account, url: fillIn(url, 'identity') },
    revocation: revocationOf(profile, fillIn),
    apiOrigins: profile.apiOrigins.map(({ value }) => fillIn(value, 'API')),
    apiHeaders: profile.apiHeaders.value,
  }
}

function revocationOf({ revocation: { value } }: ServiceProfile, fillIn: FillIn) {
  return value === 'none' ? value : { ...value, endpoint: fillIn(value.endpoint, 'revocation') }
}

/** Where the client authenticates itself as at the token endpoint, the library sends the request. */
function clientRevocation(
  { revocation: { value } }: ServiceProfile,
  fillIn: FillIn,
): string | undefined {
  const isClients = value !== 'none' && value.authentication === 'client'
  return isClients ? fillIn(value.endpoint, 'revocation') : undefined
}
