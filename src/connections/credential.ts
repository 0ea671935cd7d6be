import type { ServiceAccount } from './service.ts'

/**
 * The user's credential at one service, for as long as a tool call lasts. It prints, formats and
 * serializes without a secret.
 */
export interface Credential {
  readonly service: string
  readonly account: ServiceAccount
  /** What was granted. */
  readonly permissions: readonly string[]
  /**
   * Asks the API of the service as the user. The credential goes to the service's `apiOrigins` alone,
   * never to where a redirect leads; a 401 renews it and repeats the request once, where its body can
   * be sent again.
   *
   * @throws {ConnectionRequired} where the service has ended the connection
   * @throws {DeniedError} `ERR_DENIED_API_ORIGIN` for another origin
   * @throws {UpstreamError} where the service cannot be reached; nothing of the request is in it
   */
  fetch(input: string | URL, init?: RequestInit): Promise<Response>
  /**
   * The access token itself, valid for another 30 s, for a library that wants it. Prefer `fetch`:
   * whoever holds the token can print it.
   *
   * @throws {ConnectionRequired}
   * @throws {DeniedError} `ERR_DENIED_CREDENTIAL_KIND` for a service with `fields`
   */
  accessToken(): Promise<string>
  /**
   * To be called when an API has answered 401 to what was not sent by `fetch`: asks the service, and
   * renews the token.
   *
   * @param refused The access token that was sent; none for a service with `fields`.
   * @returns Whether there is another token to try.
   * @throws {ConnectionRequired} where the service has ended the connection
   */
  renew(refused?: string): Promise<boolean>
  /** What the user has typed in; they are not enumerable, so that nothing prints them. Empty for OAuth. */
  readonly fields: Readonly<Record<string, string>>
}
