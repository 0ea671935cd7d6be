/** An API key, and who its caller is. */
export interface ApiKeyFacts {
  /** Seconds since the epoch. */
  readonly at: number
  /** The resource that the key is for, which is the issuer of its callers. */
  readonly issuer: string
  /** Names the key, and is no part of it. */
  readonly keyId: string
  /** What it is for, in the words of whoever had it made. */
  readonly name: string
  readonly clientId: string
  readonly subject: string | undefined
  readonly tenant: string | undefined
}

/** What became of API keys, in the process that did it. */
export type ApiKeyEvent =
  /** A key was made. */
  | ({
      readonly type: 'api_key.issued'
      readonly scopes: readonly string[]
      /** Seconds since the epoch. */
      readonly expiresAt: number
    } & ApiKeyFacts)
  /** A key that was good until now is refused from the next request on. */
  | ({ readonly type: 'api_key.revoked' } & ApiKeyFacts)
