import type { ConnectionOwner } from './owner.ts'

/** What a user was asked to connect a service for. */
export interface RequestPurpose {
  /** The client that the user's tool call came through. */
  readonly clientId: string | undefined
  /** As the client calls itself. */
  readonly clientName?: string | undefined
  /** What it was for, as the tool calls it. */
  readonly operation: string
  /** Digest of what else it was for, such as the arguments. */
  readonly operationDigest?: string | undefined
  /** 2025-11-25 eras name elicitations. */
  readonly elicitationId?: string | undefined
}

/** What has become of a request. */
export type ConnectionRequestOutcome =
  | 'pending'
  | 'connected'
  /** The user said no. */
  | 'declined'
  | 'failed'
  /** It is too old, was dropped for newer ones, or was never there. */
  | 'expired'

/** A request that is under way. */
export interface ConnectionRequest extends RequestPurpose {
  readonly id: string
  readonly owner: ConnectionOwner
  readonly service: string
  /** Seconds since the epoch. */
  readonly createdAt: number
  readonly expiresAt: number
}

/** A request that was just made. */
export interface BegunRequest {
  /** Names it on this server; it opens nothing. */
  readonly id: string
  /** `<baseUrl>/connect/<service>?request=<handle>`: nothing about the user is in it. */
  readonly url: string
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

/** The requests to connect a service that are under way. */
export interface ConnectionRequests {
  /**
   * Makes a request. Of one user's for one service ten can be pending: the oldest makes room.
   *
   * @throws {DeniedError} `ERR_DENIED_TOO_MANY` for the 31st within a minute
   */
  begin(owner: ConnectionOwner, service: string, purpose: RequestPurpose): Promise<BegunRequest>
  /** Finds the pending request of a link, and changes nothing. It does NOT know who opened it. */
  find(handle: string): Promise<ConnectionRequest | undefined>
  /** The request with this id, where it is this owner's; also one that has its outcome. */
  get(
    owner: ConnectionOwner,
    id: string,
  ): Promise<(ConnectionRequest & { readonly outcome: ConnectionRequestOutcome }) | undefined>
  /** Gives a pending request its outcome, once. @returns Whether it was this call. */
  settle(
    owner: ConnectionOwner,
    id: string,
    outcome: 'connected' | 'declined' | 'failed',
  ): Promise<boolean>
  /** All pending requests of one owner and service have come to this. */
  settleAll(owner: ConnectionOwner, service: string, outcome: 'connected'): Promise<void>
  /** What has become of it; of somebody else's: `expired`. */
  outcome(owner: ConnectionOwner, id: string): Promise<ConnectionRequestOutcome>
  /**
   * Waits until it is pending no more, wherever that happens.
   *
   * @returns `pending` after `timeoutSeconds`, or once the signal is aborted.
   */
  waitFor(
    owner: ConnectionOwner,
    id: string,
    options: { readonly timeoutSeconds: number; readonly signal?: AbortSignal | undefined },
  ): Promise<ConnectionRequestOutcome>
  /** Forgets it: the link opens nothing any more. */
  drop(owner: ConnectionOwner, id: string): Promise<void>
}
