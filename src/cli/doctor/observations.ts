import type { RegistrationSeen } from './registration.ts'
import type { Seen } from './seen.ts'
import type { SignInSeen } from './sign-in-seen.ts'

/** The metadata of one authorization server, from its well-known locations. */
export interface AuthorizationServerSeen {
  readonly issuer: string
  /** Whether the user has named its host, so that it may be sent more than `GET`. */
  readonly isNamed: boolean
  /** In the order in which clients ask, up to the first that has a document. */
  readonly locations: readonly Seen[]
  /** The document of the last location, where it is a JSON object. */
  readonly metadata: Readonly<Record<string, unknown>> | undefined
  /** What `jwks_uri` answered; `undefined` where there is none. */
  readonly keys: Seen | undefined
}

/** All that a walk has seen, for the checks. */
export interface Observations {
  readonly url: URL
  /** How its user wrote it. */
  readonly written: string
  /** Without a token, but for {@link withBadToken} and {@link withQueryToken}. */
  readonly initialize: Seen
  readonly discover: Seen
  readonly listen: Seen
  readonly batch: Seen
  readonly malformed: Seen
  readonly otherSlash: Seen
  readonly withBadToken: Seen
  readonly withQueryToken: Seen
  readonly fromForeignOrigin: Seen
  /** From the page of the Inspector on this machine. */
  readonly fromBrowser: Seen
  /** With `X-Forwarded-Host` and its like naming a host that is not there. */
  readonly forwarded: Seen
  readonly forwardedMetadata: Seen
  /** `tools/list`, where `initialize` was let in without a token. */
  readonly list: Seen | undefined
  readonly preflight: Seen
  /** Where the challenge says that the metadata is; `undefined` where it does not. */
  readonly challengedMetadata: Seen | undefined
  /** At the path-inserted location, and at the root. */
  readonly insertedMetadata: Seen
  readonly rootMetadata: Seen
  /** The document that clients end up with. */
  readonly resourceMetadata: Readonly<Record<string, unknown>> | undefined
  /** `/.well-known/oauth-authorization-server` of the MCP server, where 2025-03-26 looks. */
  readonly ownServerMetadata: Seen
  readonly authorizationServers: readonly AuthorizationServerSeen[]
  readonly registration: RegistrationSeen | undefined
  readonly signIn: SignInSeen | undefined
}
