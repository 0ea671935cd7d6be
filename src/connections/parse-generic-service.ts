import { configError, requireIssuer, requireSecureUrl, requireType } from '../options/index.ts'
import { requireText } from './service-checks.ts'
import type { GenericOAuthServiceOptions } from './service-options.ts'
import type { ServiceKind } from './service-settings.ts'

/** What the options of a service without a profile decide. @throws {ConfigError} */
export function parseGeneric(options: GenericOAuthServiceOptions, path: string): ServiceKind {
  const { allowInsecureLoopback = false, pkce = 'S256', accountId, accountName } = options
  requireText(options.title, `${path}.title`)
  requireType(pkce === 'S256' || pkce === 'none', `${path}.pkce`, 'S256 or none')
  for (const [name, value] of Object.entries({ accountId, accountName })) {
    if (value !== undefined) requireText(value, `${path}.${name}`)
  }
  const isList = Array.isArray(options.apiOrigins) && options.apiOrigins.length > 0
  requireType(isList, `${path}.apiOrigins`, 'an array of origins')
  const issuer =
    options.issuer === undefined
      ? undefined
      : requireIssuer(options.issuer, allowInsecureLoopback, `${path}.issuer`)
  const { endpoints, overrides } = parseEndpoints(options, path)
  if (issuer === undefined && endpoints === undefined) {
    const subject = `${path} (issuer, or authorizationEndpoint and tokenEndpoint)`
    throw configError('ERR_CONFIG_OPTION_TYPE', subject)
  }
  const usesMetadata = endpoints === undefined
  const hasAccount = usesMetadata || overrides.userinfo_endpoint !== undefined
  return {
    title: options.title,
    client: {
      issuer: issuer ?? new URL(endpoints?.authorization_endpoint ?? '').origin,
      clientSecretMethod: usesMetadata ? undefined : 'client_secret_basic',
      userInfo: false,
      endpoints,
      overrides,
    },
    isIssuerAnOrigin: issuer === undefined,
    scopes: [],
    scopeSeparator: ' ',
    hasCommas: false,
    hasPkce: pkce === 'S256',
    parameters: {},
    account: hasAccount
      ? {
          method: 'GET',
          url: overrides.userinfo_endpoint,
          body: undefined,
          subject: accountId ?? 'sub',
          name: accountName ?? 'name',
        }
      : undefined,
    revocation: 'metadata',
    apiOrigins: [],
    apiHeaders: {},
  }
}

interface GivenEndpoints {
  readonly endpoints: ServiceKind['client']['endpoints']
  readonly overrides: NonNullable<ServiceKind['client']['overrides']>
}

/** Both endpoints of the flow make metadata unnecessary; others come before what it says. */
function parseEndpoints(options: GenericOAuthServiceOptions, path: string): GivenEndpoints {
  const { allowInsecureLoopback = false } = options
  const given = (
    name: 'authorizationEndpoint' | 'revocationEndpoint' | 'tokenEndpoint' | 'userInfoEndpoint',
  ): string | undefined => requireSecureUrl(options[name], allowInsecureLoopback, `${path}.${name}`)
  const authorization_endpoint = given('authorizationEndpoint')
  const token_endpoint = given('tokenEndpoint')
  const further = {
    userinfo_endpoint: given('userInfoEndpoint'),
    revocation_endpoint: given('revocationEndpoint'),
  }
  if (authorization_endpoint !== undefined && token_endpoint !== undefined) {
    return { endpoints: { authorization_endpoint, token_endpoint, ...further }, overrides: further }
  }
  const flow = {
    ...(authorization_endpoint !== undefined && { authorization_endpoint }),
    ...(token_endpoint !== undefined && { token_endpoint }),
  }
  return { endpoints: undefined, overrides: { ...flow, ...further } }
}
