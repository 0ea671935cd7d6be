import type { Seen } from './seen.ts'
import { isAnswer } from './seen.ts'

/** One challenge of `WWW-Authenticate`, its scheme and parameter names in lower case. */
export interface Challenge {
  readonly scheme: string
  readonly parameters: ReadonlyMap<string, string>
}

// A parameter, or a scheme: the latter has no equals sign behind it (RFC 9110 §11.6.1).
const PART =
  /\s*(?:([!#$%&'*+.^_`|~\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|([!#$%&'*+.^_`|~\w-]+)(?=[\s,]|$))\s*,?/gy

/** Reads the challenges of a field, as far as it is well-formed. */
export function parseChallenges(field: string): readonly Challenge[] {
  const found: { scheme: string; parameters: Map<string, string> }[] = []
  for (const [, name, quoted, token, scheme] of field.matchAll(PART)) {
    if (scheme !== undefined) {
      found.push({ scheme: scheme.toLowerCase(), parameters: new Map() })
      continue
    }
    const value = quoted?.replace(/\\(.)/g, '$1') ?? token ?? ''
    found.at(-1)?.parameters.set((name ?? '').toLowerCase(), value)
  }
  return found
}

/** The parameters of the first `Bearer` challenge of an answer. */
export function bearerChallenge(seen: Seen | undefined): Challenge['parameters'] | undefined {
  const field = isAnswer(seen) ? seen.headers.get('www-authenticate') : null
  return parseChallenges(field ?? '').find(({ scheme }) => scheme === 'bearer')?.parameters
}
