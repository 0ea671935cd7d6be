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

/** What is known of one request, in whatever it calls. */
export interface RequestScope {
  unit: UnitOfWork | undefined
  presented: PresentedToken | undefined
  /** The claims of the access token that was made last. */
  issuedClaims: Readonly<Record<string, unknown>> | undefined
  /** Proofs that this request has used up, so that it can be judged a second time. */
  readonly usedProofs: Set<string>
  /** By their ids. */
  readonly endedGrants: Map<string, EndedGrant>
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
          usedProofs: new Set(),
          endedGrants: new Map(),
        },
        work,
      ),
  }
}
