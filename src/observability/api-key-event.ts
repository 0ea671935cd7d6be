import type { EventFacts } from './event-facts.ts'

/** An API key, and who its caller is. */
export interface ApiKeyFacts extends EventFacts {
  /** The resource that the key is for, which is the issuer of its callers. */
  readonly issuer: string
  /** Names the key, and is no part of it. */
  readonly keyId: string
  /** What it is for, in the words of whoever had it made. */
  readonly name: string
  /** The client that its callers are. */
  readonly clientId: string
  /** The user whom it acts for, where there is one. */
  readonly subject: string | undefined
  /** The tenant of its callers. */
  readonly tenant: string | undefined
}

/** What became of API keys, in the process that did it. */
export type ApiKeyEvent =
  /** A key was made. */
  | ({
      readonly type: 'api_key.issued'
      /** What it allows. */
      readonly scopes: readonly string[]
      /** When it ends, in seconds since the epoch. */
      readonly expiresAt: number
    } & ApiKeyFacts)
  /** A key that was good until now is refused from the next request on. */
  | ({ readonly type: 'api_key.revoked' } & ApiKeyFacts)
