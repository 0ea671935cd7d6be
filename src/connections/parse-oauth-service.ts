import { platformFetch } from '../http/index.ts'
import { OWN_PARAMETERS } from '../oauth-client/index.ts'
import {
  configError,
  requireKnownOptions,
  requirePlainTypes,
  requireScopes,
} from '../options/index.ts'
import { parseGeneric } from './parse-generic-service.ts'
import { parseProfiled } from './parse-profiled-service.ts'
import { parseCredentials, parseHeaders, parseOrigins, requireText } from './service-checks.ts'
import type { OAuthServiceOptions, ProfiledOAuthServiceOptions } from './service-options.ts'
import type { OAuthServiceSettings, ServiceKind } from './service-settings.ts'

const COMMON = [
  'title',
  'clientId',
  'clientSecret',
  'privateKey',
  'clientSecretMethod',
  'scopes',
  'scopeTexts',
  'extraAuthorizeParams',
  'apiOrigins',
  'apiHeaders',
  'allowInsecureLoopback',
  'fetch',
]
const PROFILED = [...COMMON, 'profile', 'placeholders']
const GENERIC = [
  ...COMMON,
  'issuer',
  'authorizationEndpoint',
  'tokenEndpoint',
  'revocationEndpoint',
  'userInfoEndpoint',
  'accountId',
  'accountName',
  'pkce',
]

/**
 * Checks the options of an OAuth service.
 *
 * @param path Where they stand, for the message: `services.github`.
 * @throws {ConfigError}
 */
export function parseOAuthService(
  name: string,
  options: OAuthServiceOptions,
  path: string,
): OAuthServiceSettings {
  requireKnownOptions(options, isProfiled(options) ? PROFILED : GENERIC, path)
  requirePlainTypes(
    options,
    {
      boolean: ['allowInsecureLoopback'],
      function: ['fetch'],
      object: ['scopeTexts', 'extraAuthorizeParams', 'apiHeaders', 'placeholders', 'privateKey'],
    },
    `${path}.`,
  )
  requireText(options.clientId, `${path}.clientId`)
  const { allowInsecureLoopback = false } = options
  const kind: ServiceKind = isProfiled(options)
    ? parseProfiled(options, path)
    : parseGeneric(options, path)
  if (options.title !== undefined) requireText(options.title, `${path}.title`)
  return {
    ...kind,
    name,
    title: options.title ?? kind.title,
    client: {
      ...kind.client,
      ...parseCredentials(options, path),
      kind: 'oauth',
      clientId: options.clientId,
      clientSecretMethod: options.clientSecretMethod ?? kind.client.clientSecretMethod,
      allowInsecureLoopback,
      fetch: options.fetch ?? platformFetch,
    },
    scopes: [...new Set([...requireScopes(options.scopes, `${path}.scopes`), ...kind.scopes])],
    scopeTexts: new Map(Object.entries(options.scopeTexts ?? {})),
    parameters: parseParameters({ ...kind.parameters, ...options.extraAuthorizeParams }, path),
    apiOrigins: parseOrigins([...kind.apiOrigins, ...(options.apiOrigins ?? [])], {
      allowInsecureLoopback,
      path,
    }),
    apiHeaders: parseHeaders({ ...kind.apiHeaders, ...options.apiHeaders }, path),
  }
}

function isProfiled(options: OAuthServiceOptions): options is ProfiledOAuthServiceOptions {
  return 'profile' in options && options.profile !== undefined
}

function parseParameters(
  parameters: Readonly<Record<string, string>>,
  path: string,
): ReadonlyMap<string, string> {
  for (const [name, value] of Object.entries(parameters)) {
    const subject = `${path}.extraAuthorizeParams.${name}`
    if (OWN_PARAMETERS.has(name)) throw configError('ERR_CONFIG_AUTHORIZATION_PARAMETER', subject)
    requireText(value, subject)
  }
  return new Map(Object.entries(parameters))
}
