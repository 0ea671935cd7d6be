import { base64url } from 'jose'
import type { Clock } from '../../runtime/index.ts'

/** Nonces that proofs have to carry (RFC 9449 §9), so that none can be made long before its use. */
export interface Nonces {
  /** The one to use from now on. */
  current(): Promise<string>
  /** Whether it may be used; one that is `ending` may, and is to be replaced. */
  check(nonce: unknown): Promise<'good' | 'ending' | 'refused'>
}

const STEP_SECONDS = 60
const encoder = new TextEncoder()
const { subtle } = globalThis.crypto

/**
 * Creates nonces that need no memory: each is the HMAC of a minute under the secret, so that all
 * replicas that share it agree. One is good for one to two minutes.
 *
 * @param audience Tells servers apart that share a secret.
 */
export function createNonces(secret: Uint8Array, audience: string, clock: Clock): Nonces {
  const bytes = new Uint8Array(secret)
  /** Values and not promises: those of another request cannot be awaited on every platform. */
  const known = new Map<number, string>()
  let key: CryptoKey | undefined

  async function nonceOf(step: number): Promise<string> {
    const before = known.get(step)
    if (before !== undefined) return before
    key ??= await subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    const text = encoder.encode(`dpop-nonce ${audience} ${step}`)
    const nonce = base64url.encode(new Uint8Array(await subtle.sign('HMAC', key, text)))
    for (const old of known.keys()) if (Math.abs(old - step) > 2) known.delete(old)
    known.set(step, nonce)
    return nonce
  }

  const currentStep = (): number => Math.floor(clock.now() / STEP_SECONDS)
  return {
    current: () => nonceOf(currentStep()),
    async check(nonce) {
      const step = currentStep()
      if (nonce === (await nonceOf(step))) return 'good'
      if (nonce === (await nonceOf(step - 1))) return 'ending'
      // Of a replica whose clock is ahead.
      return nonce === (await nonceOf(step + 1)) ? 'good' : 'refused'
    },
  }
}
