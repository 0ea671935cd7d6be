import { ConfigError } from '../../errors/index.ts'
import { requireKnownOptions, requireType } from '../../options/index.ts'
import type { ClientAuthMethod, ClientMetadata, MetadataRules } from './client-metadata.ts'
import { CLIENT_CREDENTIALS, JWT_BEARER, TOKEN_EXCHANGE } from './grant-types.ts'
import type { StaticClientOptions } from './options.ts'
import { parseMetadata } from './parse-metadata.ts'

/** A configured client as `oidc-provider` takes it. */
export interface StaticClient extends ClientMetadata {
  readonly client_id: string
  readonly client_secret?: string
}

const KNOWN: readonly (keyof StaticClientOptions)[] = [
  'authMethod',
  'clientId',
  'clientName',
  'clientSecret',
  'dpopBoundAccessTokens',
  'grantTypes',
  'jwks',
  'jwksUri',
  'redirectUris',
  'scopes',
  'subjectTokenAudiences',
]
const CLIENT_ID = /^[\x21-\x7E]{1,2000}$/
const MIN_SECRET_LENGTH = 32

/**
 * Checks the clients of the configuration by the rules of a registration, with grants allowed that
 * have no user in front of them.
 *
 * @throws {ConfigError} `ERR_CONFIG_CLIENT`, `ERR_CONFIG_OPTION_UNKNOWN`, `ERR_CONFIG_OPTION_TYPE`
 */
export function parseStaticClients(
  clients: readonly StaticClientOptions[] = [],
  rules: MetadataRules,
): readonly StaticClient[] {
  requireType(Array.isArray(clients), 'clients', 'an array')
  const ids = new Set<string>()
  return clients.map((options, index) => {
    const path = `clients[${index}]`
    requireKnownOptions(options, KNOWN, path)
    const client = parseStaticClient(options, path, rules)
    if (ids.has(client.client_id)) throw clientError(path, 'clientId is that of another client')
    ids.add(client.client_id)
    return client
  })
}

function parseStaticClient(
  options: StaticClientOptions,
  path: string,
  rules: MetadataRules,
): StaticClient {
  const { clientId, clientSecret } = options
  if (typeof clientId !== 'string' || !CLIENT_ID.test(clientId)) {
    throw clientError(path, 'clientId is not a text of printable ASCII characters')
  }
  const method = options.authMethod ?? defaultMethod(options)
  const needsSecret = method.startsWith('client_secret')
  if (needsSecret !== (clientSecret !== undefined)) {
    throw clientError(path, `clientSecret and authMethod ${method} do not agree`)
  }
  if (clientSecret !== undefined && !isStrong(clientSecret)) {
    throw clientError(
      path,
      `clientSecret is shorter than ${MIN_SECRET_LENGTH} printable characters`,
    )
  }
  const verdict = parseMetadata(wireMetadata(options, method), {
    ...rules,
    privilegedGrantTypes: new Set([
      CLIENT_CREDENTIALS,
      TOKEN_EXCHANGE,
      ...(rules.takesIdentityAssertions ? [JWT_BEARER] : []),
    ]),
    redirects: 'any',
  })
  if (!verdict.ok) throw clientError(path, verdict.description)
  return {
    client_name: clientId,
    ...verdict.metadata,
    client_id: clientId,
    ...(clientSecret !== undefined && { client_secret: clientSecret }),
  }
}

function defaultMethod({ clientSecret, jwks, jwksUri }: StaticClientOptions): ClientAuthMethod {
  if (clientSecret !== undefined) return 'client_secret_basic'
  return jwks !== undefined || jwksUri !== undefined ? 'private_key_jwt' : 'none'
}

function isStrong(secret: string): boolean {
  return (
    typeof secret === 'string' &&
    /^[\x20-\x7E]+$/.test(secret) &&
    secret.length >= MIN_SECRET_LENGTH
  )
}

function wireMetadata(options: StaticClientOptions, method: ClientAuthMethod): object {
  return {
    client_name: options.clientName,
    dpop_bound_access_tokens: options.dpopBoundAccessTokens,
    grant_types: options.grantTypes,
    jwks: options.jwks,
    jwks_uri: options.jwksUri,
    redirect_uris: options.redirectUris,
    token_endpoint_auth_method: method,
  }
}

function clientError(path: string, problem: string): ConfigError {
  return new ConfigError('ERR_CONFIG_CLIENT', `${path}, ${problem}`)
}
