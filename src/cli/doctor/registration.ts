import type { Seen } from './seen.ts'

/** What `--active` tries at an authorization server. */
export interface RegistrationSeen {
  /** `undefined` where there is no endpoint. */
  readonly registered: Seen | undefined
  /** An authorization request with a redirect URI that was not registered. */
  readonly otherRedirect: Seen | undefined
  /** An authorization request without PKCE. */
  readonly withoutPkce: Seen | undefined
}
