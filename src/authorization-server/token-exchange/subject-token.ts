import type { TokenVerifier } from '../../verifiers/index.ts'

/** An access token of ours that somebody wants to exchange. */
export interface SubjectToken {
  /** The user's account. */
  readonly subject: string
  readonly audience: string
  readonly scopes: readonly string[]
  /** Seconds since the epoch. */
  readonly expiresAt: number
  /** The clients that act for the user already (RFC 8693 §4.1). */
  readonly act: Readonly<Record<string, unknown>> | undefined
  /** The grant that it ends with, as tokens call it. */
  readonly grantName: string | undefined
}

/** What is wrong with it, for the audit. */
export type SubjectTokenFault =
  | 'subject_token'
  /** A client's own: there is nobody to act for. */
  | 'subject_token.client'
  /** So many clients act for one another already that it looks like a circle. */
  | 'subject_token.act'

type Outcome =
  | { readonly ok: true; readonly value: SubjectToken }
  | { readonly ok: false; readonly fault: SubjectTokenFault }

const MAX_ACTORS = 4

/**
 * Reads a token of ours that is good now: signed by us, unexpired and unrevoked. It does NOT check
 * that the sender holds the key that a bound token is bound to: the resource that it was sent to has.
 */
export async function readSubjectToken(
  token: string,
  { verifier, now }: { readonly verifier: TokenVerifier; readonly now: number },
): Promise<Outcome> {
  const verified = await verifier.verify(token)
  if (!verified.ok) return { ok: false, fault: 'subject_token' }
  const {
    sub,
    aud,
    exp,
    scope,
    client_id: clientId,
    grant_id: grantId,
    act,
  } = verified.value.claims
  const isRight = typeof sub === 'string' && typeof aud === 'string' && typeof exp === 'number'
  if (!isRight || exp <= now) return { ok: false, fault: 'subject_token' }
  if (sub === clientId) return { ok: false, fault: 'subject_token.client' }
  if (actorsOf(act) >= MAX_ACTORS) return { ok: false, fault: 'subject_token.act' }
  return {
    ok: true,
    value: {
      subject: sub,
      audience: aud,
      scopes: typeof scope === 'string' ? scope.split(' ').filter(Boolean) : [],
      expiresAt: exp,
      act: isClaim(act) ? act : undefined,
      grantName: typeof grantId === 'string' ? grantId : undefined,
    },
  }
}

function actorsOf(act: unknown): number {
  return isClaim(act) ? 1 + actorsOf(act['act']) : 0
}

function isClaim(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
