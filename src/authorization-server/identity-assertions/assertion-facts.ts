import type { ResourceSettings } from '../options/index.ts'
import type { AssertionIssuer } from './settings.ts'

/** Claims of an assertion that are there and of the right type. */
export interface AssertionClaims {
  readonly iss: string
  readonly sub: string
  readonly jti: string
  readonly iat: number
  readonly exp: number
  /** All of them, for the rules that look at claims that need not be there. */
  readonly all: Readonly<Record<string, unknown>>
}

/** What an assertion is judged by, beside itself. */
export interface AssertionFacts {
  /** Our issuer identifier. */
  readonly ownIssuer: string
  readonly issuer: AssertionIssuer
  /** The client that has authenticated itself. */
  readonly clientId: string
  /** Parameters of the request, unchecked. */
  readonly requestedResource: unknown
  readonly requestedScope: unknown
  readonly resources: readonly ResourceSettings[]
  readonly maxLifetimeSeconds: number
  /** Seconds since the epoch. */
  readonly now: number
}
