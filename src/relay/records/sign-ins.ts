import { type Attempted, type Attempts, createAttempts } from '../../oauth-client/index.ts'
import { type Clock, isOptionalString } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'

/** A sign-in that is under way at the upstream; the attempt has no verifier, since the client has it. */
export interface SignIn extends Attempted {
  readonly clientId: string
  readonly redirectUri: string
  /** The client's own `state`. */
  readonly clientState: string | undefined
  readonly codeChallenge: string
}

/** The sign-ins that are under way, each bound to the browser that approved it. */
export type SignIns = Attempts<SignIn>

const TTL_SECONDS = 600

/** Creates the sign-ins of a relay. There is one only after the user's approval (AS-14). */
export function createSignIns(surroundings: {
  readonly storage: Storage
  readonly issuer: string
  readonly clock: Clock
}): SignIns {
  const { storage, issuer, clock } = surroundings
  return createAttempts<SignIn>({
    storage,
    kind: 'relay-sign-in',
    subject: 'Relayed sign-in',
    tenant: issuer,
    cookiePrefix: 'relay-sign-in',
    isSecure: issuer.startsWith('https:'),
    clock,
    ttlSeconds: TTL_SECONDS,
    isContent: ({ clientId, redirectUri, clientState, codeChallenge }) =>
      [clientId, redirectUri, codeChallenge].every((text) => typeof text === 'string') &&
      isOptionalString(clientState),
  })
}
