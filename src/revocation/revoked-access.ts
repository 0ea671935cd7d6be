import type { RevokedTokens, TokenFacts } from './revocations.ts'

/** What is refused of one caller. */
export interface RevokedAccess {
  /** Everything that was issued before, in seconds since the epoch. */
  readonly before: number | undefined
  /** Single tokens and grants by their names, and when each may be forgotten. */
  readonly tokens: ReadonlyMap<string, number>
}

export const NOTHING_REVOKED: RevokedAccess = { before: undefined, tokens: new Map() }

/** Beyond this everything of the caller is refused: one record must not grow with every call. */
const MAX_TOKENS = 1_000

/** Keeps the later of the two instants. */
export function moveInstant({ before = 0, tokens }: RevokedAccess, instant: number): RevokedAccess {
  return { before: Math.max(before, instant), tokens }
}

/** Adds tokens, and forgets those that have expired. */
export function addRevokedTokens(
  { before, tokens }: RevokedAccess,
  added: RevokedTokens,
  now: number,
): RevokedAccess {
  const name = 'jti' in added ? tokenName(added.jti) : grantName(added.grantId)
  const kept = new Map([...tokens].filter(([, until]) => until > now))
  kept.set(name, Math.max(added.until, kept.get(name) ?? 0))
  if (kept.size <= MAX_TOKENS) return { before, tokens: kept }
  // What is issued from the next second on is none of them.
  return moveInstant({ before, tokens: new Map() }, now + 1)
}

/** Whether nothing is refused any more. */
export function isOver({ before, tokens }: RevokedAccess, now: number): boolean {
  if (before !== undefined) return false
  for (const until of tokens.values()) if (until > now) return false
  return true
}

/** Whether a token is among what is refused. */
export function isTokenRevoked(
  access: RevokedAccess | undefined,
  { iat, jti, grant_id: grantId }: TokenFacts,
): boolean {
  if (access === undefined) return false
  const { before, tokens } = access
  // A token that does not say when it was issued may be from before.
  if (before !== undefined && !(Number(iat) >= before)) return true
  if (tokens.size === 0) return false
  return (
    (typeof jti === 'string' && tokens.has(tokenName(jti))) ||
    (typeof grantId === 'string' && tokens.has(grantName(grantId)))
  )
}

const tokenName = (jti: string): string => `jti:${jti}`
const grantName = (grantId: string): string => `grant:${grantId}`
