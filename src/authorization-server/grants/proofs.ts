import { calculateJwkThumbprint, decodeProtectedHeader } from 'jose'
import type { errors } from 'oidc-provider'
import type { GrantHandler } from './redemption.ts'

export interface ProofOptions {
  /** Refuse requests without a proof, of every client. */
  readonly requireProofs: boolean
  readonly errors: Pick<typeof errors, 'InvalidDpopProof' | 'InvalidGrant'>
}

type Context = Parameters<GrantHandler>[0]

/** How `oidc-provider` and our adapter call a proof that was used before. */
const REPLAYS: ReadonlySet<unknown> = new Set([
  'DPoP proof JWT Replay detected',
  'proof already used',
])

/**
 * Makes a handler look at the key of a request (RFC 9449 §5) before it judges the code: that of
 * another key is refused as if it were unknown, so that a code which was used once does not end the
 * family of its owner. The handler verifies the proof itself, and judges refresh tokens that way.
 *
 * A proof that was used before is `invalid_dpop_proof`: with `invalid_grant`, clients would forget
 * the refresh token that they sent beside it.
 */
export function withProofs(handler: GrantHandler, options: ProofOptions): GrantHandler {
  const { InvalidDpopProof } = options.errors
  return async (ctx) => {
    const proof = ctx.get('DPoP')
    const isNeeded = options.requireProofs || ctx.oidc.client?.dpopBoundAccessTokens === true
    if (isNeeded && proof === '') throw new InvalidDpopProof('a DPoP proof is needed')
    await checkKeyOfCode(ctx, proof, options)
    try {
      await handler(ctx)
    } catch (error) {
      if (!isReplay(error, options)) throw error
      throw new InvalidDpopProof('the DPoP proof was used before', { cause: error })
    }
  }
}

async function checkKeyOfCode(
  { oidc: { params, provider } }: Context,
  proof: string,
  { errors: { InvalidGrant } }: ProofOptions,
): Promise<void> {
  const code = params?.['code']
  if (params?.['grant_type'] !== 'authorization_code' || typeof code !== 'string') return
  const { dpopJkt } = (await provider.AuthorizationCode.find(code)) ?? {}
  if (dpopJkt === undefined) return
  if (proof === '') throw new InvalidGrant('the code is bound to a key, and there is no proof')
  const thumbprint = await thumbprintOf(proof)
  // What is no proof at all the handler refuses, before it uses anything up.
  if (thumbprint !== undefined && thumbprint !== dpopJkt) {
    throw new InvalidGrant('the code is bound to another key')
  }
}

/** Of the key in a proof that is not verified. */
async function thumbprintOf(proof: string): Promise<string | undefined> {
  try {
    const { jwk } = decodeProtectedHeader(proof)
    return jwk && (await calculateJwkThumbprint(jwk))
  } catch {
    return undefined
  }
}

function isReplay(error: unknown, { errors: { InvalidGrant } }: ProofOptions): boolean {
  return error instanceof InvalidGrant && REPLAYS.has(error.error_detail)
}
