import type { TokenClaims } from '../principal/index.ts'
import type { AcceptedTokens, TokenOptions } from './define-provider.ts'
import { mapScopes, type ScopeWords } from './map-scopes.ts'

/** What a profile knows about the tokens of its provider. */
interface KnownTokens extends Omit<AcceptedTokens, 'mapClaims' | 'requestScopes'> {
  readonly words: ScopeWords
  /** Tells a token of a client that acts for itself, where `sub` is something else than its id. */
  readonly subjectIsClient?: (claims: TokenClaims, clientId: string) => boolean
}

/** Joins what a profile knows and what the user said; values of `aud` of both are accepted. */
export function acceptTokens(
  { words, audience, subjectIsClient, ...known }: KnownTokens,
  { scopes = {}, audience: further, ...options }: TokenOptions,
): AcceptedTokens {
  const { mapClaims, requestScopes } = mapScopes(scopes, words)
  return {
    ...known,
    ...options,
    audience: [...toList(audience), ...toList(further)],
    requestScopes,
    mapClaims(claims) {
      const mapped = mapClaims(claims)
      const { clientId } = mapped
      const isClient = clientId !== undefined && subjectIsClient?.(claims, clientId) === true
      return isClient ? { ...mapped, subjectIsClient: true } : mapped
    },
  }
}

function toList(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}
