import type { KeyRing } from '../../keys/index.ts'
import { isRevoked, type Revocations } from '../../revocation/index.ts'
import { type Clock, createBoundedMap, sha256 } from '../../runtime/index.ts'
import {
  ASYMMETRIC_ALGORITHMS,
  accept,
  type Checked,
  createJwtVerifier,
  refuse,
  type TokenVerifier,
  type VerifiedToken,
} from '../../verifiers/index.ts'
import { callerOf } from './caller.ts'
import { createLocalKeys } from './local-keys.ts'

export interface LocalVerifierOptions {
  readonly issuer: string
  /** The ring that the tokens are signed with. */
  readonly signingKeys: KeyRing
  readonly revocations: Revocations
  readonly clock: Clock
}

/** How long a verified signature is remembered, so that a key that left the ring is not for longer. */
const MAX_REUSE_SECONDS = 60
const MAX_TOKENS = 10_000

/**
 * Creates the verifier of our own tokens, for a resource server of the same process: it takes the
 * keys from the ring, and asks the list of revocations on every call. It uses no network.
 *
 * It does NOT decrypt: for encrypted tokens, give it to `jweVerifier` as `nested`.
 */
export function createLocalVerifier(options: LocalVerifierOptions): TokenVerifier {
  const { issuer, revocations, clock } = options
  const jwt = createJwtVerifier([
    {
      issuer,
      keys: createLocalKeys(options.signingKeys),
      algorithms: new Set(ASYMMETRIC_ALGORITHMS),
      requireAtJwt: true,
      allowKeyTrial: false,
    },
  ])
  const known = createBoundedMap<{ readonly token: VerifiedToken; readonly until: number }>(
    MAX_TOKENS,
  )

  async function verifySignature(token: string): Promise<Checked<VerifiedToken>> {
    const digest = await sha256(token)
    const entry = known.get(digest)
    if (entry !== undefined && clock.now() < entry.until) return accept(entry.token)
    const outcome = await jwt.verify(token)
    if (!outcome.ok) return outcome
    // Without what lets others reuse it: they would not ask for revocations.
    const { claims, type } = outcome.value
    const verified = { issuer, claims, type }
    known.set(digest, { token: verified, until: clock.now() + MAX_REUSE_SECONDS })
    return accept(verified)
  }

  return {
    async verify(token) {
      const verified = await verifySignature(token)
      if (!verified.ok) return verified
      const { claims } = verified.value
      return (await isRevoked(revocations, callerOf(issuer, claims), claims))
        ? refuse('revoked')
        : verified
    },
  }
}
