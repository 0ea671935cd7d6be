import type { AcceptedTokens, TokenOptions } from './define-provider.ts'
import { mapScopes, type ScopeWords } from './map-scopes.ts'

/** What a profile knows about the tokens of its provider. */
interface KnownTokens extends Omit<AcceptedTokens, 'mapClaims' | 'requestScopes'> {
  readonly words: ScopeWords
}

/** Joins what a profile knows and what the user said; values of `aud` of both are accepted. */
export function acceptTokens(
  { words, audience, ...known }: KnownTokens,
  { scopes = {}, audience: further, ...options }: TokenOptions,
): AcceptedTokens {
  return {
    ...known,
    ...options,
    audience: [...toList(audience), ...toList(further)],
    ...mapScopes(scopes, words),
  }
}

function toList(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}
