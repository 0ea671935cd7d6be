import type { TokenFailureReason, VerifiedToken } from '../../verifiers/index.ts'

/** What claims are checked against. */
export interface ClaimRules {
  /** Accepted values of `aud`: the resource identifier and its configured aliases. */
  readonly audiences: ReadonlySet<string>
  /** Refuse a token that names any further audience but `otherAudiences`. */
  readonly singleAudience: boolean
  readonly otherAudiences: ReadonlySet<string>
  /** Clients whose tokens need no `aud`. */
  readonly clientsWithoutAudience: ReadonlySet<string>
  /** Tolerated difference of clocks, in seconds. */
  readonly leewaySeconds: number
  /** Longest accepted `exp − iat`, in seconds. */
  readonly maxTokenLifetimeSeconds: number | undefined
  /** Longest accepted time since `iat`, in seconds. */
  readonly maxTokenAgeSeconds: number | undefined
  /** Refuse tokens of clients that act for themselves. */
  readonly requireSubject: boolean
  /** Whether requests can prove that they have the key that a token is bound to. */
  readonly acceptsBoundTokens: boolean
}

/**
 * One rule about a verified token.
 *
 * @param now Seconds since the epoch.
 * @returns The reason for refusing it, or `undefined`.
 */
export type ClaimCheck = (
  token: VerifiedToken,
  rules: ClaimRules,
  now: number,
) => TokenFailureReason | undefined
