import type { TokenClaims } from '../../principal/index.ts'
import { isWorkRequestBound, sha256 } from '../../runtime/index.ts'
import { accept, type Checked, refuse } from '../token-failure.ts'
import type { TokenVerifier, VerifiedToken } from '../token-verifier.ts'
import { createVerificationCache } from '../verification-cache.ts'
import type { RemoteSettings } from './remote-options.ts'

type Outcome = Checked<VerifiedToken>

interface RememberedOutcome {
  readonly outcome: Outcome
  /** Seconds since the epoch. */
  readonly until: number
}

/** Asks whoever issued a token about it; throws where that cannot be found out. */
export type AskAboutToken = (token: string) => Promise<Checked<TokenClaims>>

const MAX_TOKEN_CHARACTERS = 8_192
/** Of each kind: refused tokens, which strangers can make, drop no accepted ones. */
const MAX_REMEMBERED = 10_000

/**
 * Creates a verifier that asks about each token: at most one question at a time, and none while the
 * last answer may be used. A question that could not be answered is forgotten at once.
 *
 * What is remembered is this verifier's own, under the token's digest. Claims, time and scopes are
 * checked by the resource server again on every request.
 */
export function createRemoteVerifier(
  issuer: string,
  ask: AskAboutToken,
  settings: Pick<RemoteSettings, 'cacheSeconds' | 'clock' | 'negativeCacheSeconds'>,
): TokenVerifier {
  const { cacheSeconds, negativeCacheSeconds, clock } = settings
  let accepted = createVerificationCache<RememberedOutcome>(MAX_REMEMBERED)
  let refused = createVerificationCache<RememberedOutcome>(MAX_REMEMBERED)
  let underWay = new Map<string, Promise<Outcome>>()
  let generation = 0

  async function askAndRemember(token: string, digest: string): Promise<Outcome> {
    const begun = generation
    // From before the question: the answer may be as old as that.
    const now = clock.now()
    const answer = await ask(token)
    if (!answer.ok) {
      const until = now + negativeCacheSeconds
      if (begun === generation) refused.set(digest, { outcome: answer, until })
      return answer
    }
    const cacheUntil = endOfUse(answer.value, now + cacheSeconds)
    const isCurrent = (): boolean => begun === generation
    const outcome = accept({ issuer, claims: answer.value, cacheUntil, isCurrent })
    if (begun === generation) accepted.set(digest, { outcome, until: cacheUntil })
    return outcome
  }

  function recall(digest: string): Outcome | undefined {
    const known = accepted.get(digest) ?? refused.get(digest)
    return known !== undefined && clock.now() < known.until ? known.outcome : undefined
  }

  return {
    purgeKeys(purged) {
      if (purged !== undefined && purged !== issuer) return
      generation += 1
      accepted = createVerificationCache(MAX_REMEMBERED)
      refused = createVerificationCache(MAX_REMEMBERED)
      underWay = new Map()
    },
    async verify(token) {
      if (token === '') return refuse('format')
      if (token.length > MAX_TOKEN_CHARACTERS) return refuse('size')
      const digest = await sha256(token)
      const known = recall(digest) ?? underWay.get(digest)
      if (known !== undefined) return known

      const asked = askAndRemember(token, digest)
      if (isWorkRequestBound) return asked
      const asking = underWay
      asking.set(digest, asked)
      return asked.finally(() => asking.delete(digest))
    },
  }
}

function endOfUse({ exp }: TokenClaims, limit: number): number {
  return typeof exp === 'number' ? Math.min(exp, limit) : limit
}
