import { AsyncLocalStorage } from 'node:async_hooks'
import type { AdapterPayload } from 'oidc-provider'
import type { StoredRecord, Write } from '../../storage/index.ts'
import type { RecordContent } from './record-content.ts'

/** A record as it was read, for the decision that its version then has to hold for. */
export interface SeenRecord {
  readonly record: StoredRecord
  readonly content: RecordContent
}

/**
 * What one redemption of a code or refresh token reads and would write. Its writes happen together
 * or not at all, when it has come to its end.
 */
export interface UnitOfWork {
  /** By their keys; what was seen once is seen as it was. */
  readonly seen: Map<string, SeenRecord>
  readonly writes: Map<string, Write>
  /** Key of a refresh token that was rotated just now and is to be judged as if it were not. */
  readonly replayed: string | undefined
  /** Key under which the answer to this refresh will be kept. */
  readonly answerKey: string | undefined
}

/** A grant that was ended, and whose it was. */
export interface EndedGrant {
  readonly subject: string | undefined
  readonly clientId: string | undefined
}

/** A structured access token that a client presented, behind an id that `oidc-provider` takes. */
export interface PresentedToken {
  readonly id: string
  /** The claims of the token, where it is one of ours that is still good; looked up once. */
  claims(): Promise<AdapterPayload | undefined>
}

/** Whom a token is for, where that is not the client that gets it. */
export interface Issuance {
  readonly accountId: string
  /** Claims of theirs that go into the token. @defaultValue those of their record */
  readonly claims?: Readonly<Record<string, unknown>>
  /** The client that acts for them, with those before it (RFC 8693 §4.1). */
  readonly act: Readonly<Record<string, unknown>> | undefined
  /** The grant that the token ends with, as tokens call it. */
  readonly grantName: string | undefined
  /** At most as long as other access tokens. */
  readonly lifetimeSeconds: number
}

/** What a request was given, for the audit. */
export interface GrantedAccess {
  readonly subject: string | undefined
  readonly resource: string
  readonly scopes: readonly string[]
  /** Who vouches for the subject, where it is not this server. */
  readonly assertionIssuer: string | undefined
}

/** What is known of one request, in whatever it calls. */
export interface RequestScope {
  unit: UnitOfWork | undefined
  presented: PresentedToken | undefined
  /** The claims of the access token that was made last. */
  issuedClaims: Readonly<Record<string, unknown>> | undefined
  /** Set while a token is made for somebody else than its client. */
  issuance: Issuance | undefined
  /** Set when a grant without a user in front of it was allowed. */
  granted: GrantedAccess | undefined
  /** Set when one was refused. */
  refused: RefusedGrant | undefined
  /** Proofs that this request has used up, so that it can be judged a second time. */
  readonly usedProofs: Set<string>
  /** By their ids. */
  readonly endedGrants: Map<string, EndedGrant>
}

/** Why a grant without a user in front of it was refused. */
export interface RefusedGrant {
  readonly reason: string
  /** Who vouches for the user, where it is an issuer of identity assertions. */
  readonly assertionIssuer: string | undefined
}

/** Finds the scope of the current request. */
export interface RequestScopes {
  readonly current: () => RequestScope | undefined
  readonly run: <Result>(work: () => Promise<Result>) => Promise<Result>
}

export function createRequestScopes(): RequestScopes {
  const scopes = new AsyncLocalStorage<RequestScope>()
  return {
    current: () => scopes.getStore(),
    run: (work) =>
      scopes.run(
        {
          unit: undefined,
          presented: undefined,
          issuedClaims: undefined,
          issuance: undefined,
          granted: undefined,
          refused: undefined,
          usedProofs: new Set(),
          endedGrants: new Map(),
        },
        work,
      ),
  }
}
