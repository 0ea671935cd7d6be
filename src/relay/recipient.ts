import { decodeJwt } from 'jose'
import { configError } from '../options/index.ts'
import type { RelayedTokens } from './options/options.ts'

/** Whom tokens of the upstream have to be for, and how they come to say so. */
export interface Recipient {
  /** Values of `aud`, one of which every token has. */
  readonly audiences: ReadonlySet<string>
  readonly tokenIssuer: string
  /** Clients whose tokens need no `aud`. */
  readonly clientsWithoutAudience: ReadonlySet<string>
  /** What puts the audience into a token. */
  readonly source: 'parameter' | 'client' | 'resource' | 'provider'
}

/** Why a token of the upstream is not handed on. */
export type RecipientFault = 'opaque' | 'issuer' | 'audience'

/** What {@link parseRecipient} decides with. */
interface RecipientOptions {
  readonly resource: string
  readonly tokens: RelayedTokens
  readonly upstream: { readonly clientId: string; readonly audience?: string | undefined }
  readonly audienceFrom: 'resource' | 'provider' | undefined
}

/**
 * Finds out what makes the upstream's tokens tokens for this server. Without that, whoever gets one
 * anywhere else can use it here, and what clients get here opens something else (RFC 9700 §2.3).
 *
 * @throws {ConfigError} `ERR_CONFIG_RELAY_AUDIENCE` where nothing does
 */
export function parseRecipient(options: RecipientOptions): Recipient {
  const { resource, tokens, upstream, audienceFrom } = options
  const named = toList(tokens.audience)
  const audiences = new Set([resource, ...named])
  const clientsWithoutAudience = new Set(tokens.clientsWithoutAudience)
  const { clientId, audience } = upstream
  if (audience !== undefined && !audiences.has(audience)) {
    throw configError(
      'ERR_CONFIG_RELAY_AUDIENCE',
      `upstream.audience ${audience} (neither the resource nor in tokens.audience)`,
    )
  }
  const isClient = clientsWithoutAudience.has(clientId) || audiences.has(clientId)
  const source = audience === undefined ? (isClient ? 'client' : audienceFrom) : 'parameter'
  if (source === undefined) throw configError('ERR_CONFIG_RELAY_AUDIENCE', resource)
  const tokenIssuer = tokens.tokenIssuer ?? tokens.issuer
  return { audiences, tokenIssuer, clientsWithoutAudience, source }
}

/**
 * Whether a token is for this server: its `iss` and `aud`, as the resource server will look at them.
 *
 * It does NOT verify the signature: the token comes straight from the upstream's token endpoint.
 */
export function checkRecipient(
  accessToken: string,
  { audiences, tokenIssuer, clientsWithoutAudience }: Recipient,
): RecipientFault | undefined {
  const claims = readClaims(accessToken)
  if (claims === undefined) return 'opaque'
  const { iss, aud, client_id } = claims
  if (iss !== tokenIssuer) return 'issuer'
  if (aud === undefined) {
    return clientsWithoutAudience.has(client_id as string) ? undefined : 'audience'
  }
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  return named.some((entry) => audiences.has(entry as string)) ? undefined : 'audience'
}

function readClaims(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return decodeJwt(token)
  } catch {
    return undefined
  }
}

function toList(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}
