import type { InboundRequest } from '../../http/index.ts'
import type { TokenScheme } from '../../oauth/index.ts'
import { type ProofFailureReason, verifyDpopProof } from '../../verifiers/index.ts'
import type { DpopSettings, Settings } from '../options/index.ts'
import { createNonces } from './nonces.ts'
import { createMemoryUsedProofs, createStoredUsedProofs } from './used-proofs.ts'

/** A token as it was presented, and the key that it is bound to. */
export interface PresentedToken {
  readonly token: string
  readonly scheme: TokenScheme
  readonly thumbprint: string | undefined
}

/** Whether whoever sent a request may use its token. */
export type Possession =
  | {
      readonly ok: true
      /** For the next proof, where the nonce of this one ends soon. */
      readonly nextNonce?: string | undefined
    }
  /** The token is presented in a way that it must not be. */
  | { readonly ok: false; readonly kind: 'token'; readonly reason: 'binding' | 'unbound' }
  | {
      readonly ok: false
      readonly kind: 'proof'
      readonly reason: ProofFailureReason
      /** To be used in the next attempt. */
      readonly nonce?: string | undefined
    }

/** Decides about the possession of a token's key. It fails where the store does. */
export type ProvePossession = (
  request: InboundRequest,
  presented: PresentedToken,
) => Promise<Possession> | Possession

const POSSESSED: Possession = { ok: true }

/**
 * Creates the check of RFC 9449 §7: a token that is bound to a key needs a proof by that key, and
 * one that is not needs none, and must not have any.
 */
export function createPossession(
  { clock, resource }: Pick<Settings<unknown>, 'clock' | 'resource'>,
  dpop: DpopSettings,
): ProvePossession {
  const { proofs, publicUrl, required, storage } = dpop
  // Until a proof that was made as far ahead as allowed is too old.
  const memorySeconds = proofs.maxAgeSeconds + proofs.maxAheadSeconds + 1
  const used =
    storage === undefined
      ? createMemoryUsedProofs(clock, memorySeconds)
      : createStoredUsedProofs(storage, memorySeconds)
  const nonces =
    dpop.nonceSecret === undefined ? undefined : createNonces(dpop.nonceSecret, resource, clock)

  async function checkProof(
    request: InboundRequest,
    token: string,
    thumbprint: string,
  ): Promise<Possession> {
    const url = publicUrl(request)
    const lines = request.header('dpop')
    const { method } = request
    const now = clock.now()
    const checked = await verifyDpopProof(lines, { method, url, token, thumbprint }, proofs, now)
    if (!checked.ok) return { ok: false, kind: 'proof', reason: checked.reason }
    const { jti, nonce } = checked.value
    const standing = await nonces?.check(nonce)
    if (standing === 'refused') {
      return { ok: false, kind: 'proof', reason: 'nonce', nonce: await nonces?.current() }
    }
    // Last, so that a proof which is refused for something else is not used up.
    if (!(await used.use({ resource, thumbprint, jti }))) {
      return { ok: false, kind: 'proof', reason: 'replay' }
    }
    return standing === 'ending' ? { ok: true, nextNonce: await nonces?.current() } : POSSESSED
  }

  return (request, { token, scheme, thumbprint }) => {
    if (scheme === 'DPoP') {
      return thumbprint === undefined
        ? { ok: false, kind: 'token', reason: 'unbound' }
        : checkProof(request, token, thumbprint)
    }
    if (thumbprint !== undefined) return { ok: false, kind: 'token', reason: 'binding' }
    if (required) return { ok: false, kind: 'token', reason: 'unbound' }
    const hasProof = request.header('dpop').length > 0
    return hasProof ? { ok: false, kind: 'proof', reason: 'scheme' } : POSSESSED
  }
}
