import { platformFetch } from '../http/index.ts'
import type { ClientSettings, ExchangeStyle, TokenExchange } from '../oauth-client/index.ts'
import {
  configError,
  requireIssuer,
  requireKnownOptions,
  requirePlainTypes,
  requireScopes,
  requireType,
} from '../options/index.ts'
import { parseCredentials, parseHeaders, parseOrigins, requireText } from './service-checks.ts'
import type { ExchangeServiceOptions } from './service-options.ts'

/** Who exchanges what for whom. */
export interface ExchangeSettings {
  readonly client: ClientSettings
  readonly style: ExchangeStyle
  readonly target: Omit<TokenExchange, 'subjectToken'>
}

/** Options of an exchange service, checked, with every default filled in. */
export interface ExchangeServiceSettings extends ExchangeSettings {
  readonly name: string
  readonly title: string
  /** `undefined` where the token is found. */
  readonly subjectToken: ExchangeServiceOptions['subjectToken']
  readonly apiOrigins: ReadonlySet<string>
  readonly apiHeaders: Readonly<Record<string, string>>
}

/** The options of {@link parseExchange}. */
export const EXCHANGE_OPTIONS: readonly (keyof ExchangeOptions)[] = [
  'issuer',
  'clientId',
  'clientSecret',
  'privateKey',
  'clientSecretMethod',
  'style',
  'audience',
  'resource',
  'scopes',
  'allowInsecureLoopback',
  'fetch',
]

const OPTIONS: readonly string[] = [
  ...EXCHANGE_OPTIONS,
  'title',
  'subjectToken',
  'apiOrigins',
  'apiHeaders',
] satisfies (keyof ExchangeServiceOptions)[]

/**
 * Checks the options of an exchange service.
 *
 * @param path Where they stand, for the message: `services.graph`.
 * @throws {ConfigError}
 */
export function parseExchangeService(
  name: string,
  options: ExchangeServiceOptions,
  path: string,
): ExchangeServiceSettings {
  requireKnownOptions(options, OPTIONS, path)
  const types = {
    boolean: ['allowInsecureLoopback'],
    function: ['fetch', 'subjectToken'],
    object: ['apiHeaders', 'privateKey'],
  }
  requirePlainTypes(options, types, `${path}.`)
  requireText(options.title, `${path}.title`)
  const { allowInsecureLoopback = false, apiOrigins } = options
  const isList = Array.isArray(apiOrigins) && apiOrigins.length > 0
  requireType(isList, `${path}.apiOrigins`, 'an array of origins')
  return {
    name,
    title: options.title,
    ...parseExchange(options, path),
    subjectToken: options.subjectToken,
    apiOrigins: parseOrigins(apiOrigins, { allowInsecureLoopback, path }),
    apiHeaders: parseHeaders(options.apiHeaders ?? {}, path),
  }
}

/** What an exchange needs, whoever the token is for. */
export type ExchangeOptions = Omit<
  ExchangeServiceOptions,
  'apiHeaders' | 'apiOrigins' | 'subjectToken' | 'title'
>

/** Checks what an exchange needs. @throws {ConfigError} */
export function parseExchange(options: ExchangeOptions, path: string): ExchangeSettings {
  requireText(options.clientId, `${path}.clientId`)
  const { clientId, allowInsecureLoopback = false, style = 'token-exchange' } = options
  const isStyle = style === 'token-exchange' || style === 'on-behalf-of'
  requireType(isStyle, `${path}.style`, 'token-exchange or on-behalf-of')
  return {
    client: {
      kind: 'oauth',
      issuer: requireIssuer(options.issuer, allowInsecureLoopback, `${path}.issuer`),
      clientId,
      ...parseCredentials(options, path),
      clientSecretMethod: options.clientSecretMethod,
      endpoints: undefined,
      userInfo: false,
      allowInsecureLoopback,
      fetch: options.fetch ?? platformFetch,
    },
    style,
    target: parseTarget(options, style, path),
  }
}

/** A token for nobody in particular would be good for the provider itself. */
function parseTarget(
  { audience, resource, scopes: asked }: ExchangeOptions,
  style: ExchangeStyle,
  path: string,
): ExchangeSettings['target'] {
  const scopes = requireScopes(asked, `${path}.scopes`)
  for (const [name, value] of Object.entries({ audience, resource })) {
    if (value === undefined) continue
    requireText(value, `${path}.${name}`)
    if (style === 'on-behalf-of') {
      throw configError('ERR_CONFIG_OPTIONS_CONFLICT', `${path}.${name} and ${path}.style`)
    }
  }
  const isTargeted = scopes.length > 0 || audience !== undefined || resource !== undefined
  requireType(isTargeted, `${path}.scopes`, 'scopes, where there is no audience and no resource')
  return { audience, resource, scopes }
}
