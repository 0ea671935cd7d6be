/**
 * Every code that an error of this package can carry, and what the operator does about it.
 *
 * This table is the single source: `docs/errors.md` is generated from it, and
 * `test/pins/error-codes.test.ts` fails when a code is renamed or has no remedy.
 *
 * @module
 */

import type { ErrorCodeEntry } from './code-entry.ts'
import { CONFIG_ERROR_CODES, type ConfigErrorCode } from './config-codes.ts'
import { GATEWAY_ERROR_CODES, type GatewayErrorCode } from './gateway-codes.ts'
import { POLICY_ERROR_CODES, type PolicyErrorCode } from './policy-codes.ts'

/** A stable code; compare with this instead of with the message. */
export type ErrorCode =
  | ConfigErrorCode
  | GatewayErrorCode
  | PolicyErrorCode
  | 'ERR_CONNECTION_REQUIRED'
  | 'ERR_DENIED_API_ORIGIN'
  | 'ERR_DENIED_CREDENTIAL_KIND'
  | 'ERR_DENIED_EXCHANGE'
  | 'ERR_DENIED_NO_USER'
  | 'ERR_DENIED_OPERATION'
  | 'ERR_DENIED_ORIGIN'
  | 'ERR_DENIED_OWNER'
  | 'ERR_DENIED_SCOPE'
  | 'ERR_DENIED_TENANT'
  | 'ERR_DENIED_TOO_MANY'
  | 'ERR_STORAGE_FORMAT'
  | 'ERR_STORAGE_INPUT'
  | 'ERR_STORAGE_TAMPERED'
  | 'ERR_STORAGE_UNAVAILABLE'
  | 'ERR_STORAGE_WRITE'
  | 'ERR_UPSTREAM_ANSWER_INVALID'
  | 'ERR_UPSTREAM_CLIENT_REFUSED'
  | 'ERR_UPSTREAM_DECISION'
  | 'ERR_UPSTREAM_ISSUER_MISMATCH'
  | 'ERR_UPSTREAM_JWKS_INVALID'
  | 'ERR_UPSTREAM_JWKS_PRIVATE_MATERIAL'
  | 'ERR_UPSTREAM_METADATA_INVALID'
  | 'ERR_UPSTREAM_METADATA_NOT_FOUND'
  | 'ERR_UPSTREAM_NOT_JSON'
  | 'ERR_UPSTREAM_REDIRECT'
  | 'ERR_UPSTREAM_REFRESH'
  | 'ERR_UPSTREAM_SIGN_IN_NEEDED'
  | 'ERR_UPSTREAM_STATUS'
  | 'ERR_UPSTREAM_TIMEOUT'
  | 'ERR_UPSTREAM_TOO_LARGE'
  | 'ERR_UPSTREAM_UNREACHABLE'
  | 'ERR_UPSTREAM_VERIFIER'

export const ERROR_CODES: Readonly<Record<ErrorCode, ErrorCodeEntry>> = {
  ...CONFIG_ERROR_CODES,
  ...GATEWAY_ERROR_CODES,
  ...POLICY_ERROR_CODES,
  ERR_CONNECTION_REQUIRED: {
    cause: 'Your account there is not connected, or the connection has ended.',
    remedy: 'Open the address in a browser, sign in, and connect it. Then try again.',
  },
  ERR_DENIED_API_ORIGIN: {
    cause: 'The credential of a service is never sent to another origin.',
    remedy:
      'Ask whoever runs this server to correct the tool, or to add the origin to `apiOrigins`.',
  },
  ERR_DENIED_CREDENTIAL_KIND: {
    cause: 'The credential of this service is no access token.',
    remedy: 'Ask whoever runs this server to correct the tool: `fields` has what users typed in.',
  },
  ERR_DENIED_EXCHANGE: {
    cause: 'Where you sign in, a token of this service is refused for you or for this server.',
    remedy: 'Ask whoever runs this server, who can see why; there is nothing to connect.',
  },
  ERR_DENIED_NO_USER: {
    cause: 'This needs the account of a user, and the caller is a client that acts for itself.',
    remedy: 'Sign in as a user; there is no shared account to fall back to.',
  },
  ERR_DENIED_OPERATION: {
    cause: 'You are not allowed to do this.',
    remedy: 'Ask whoever runs this server for access.',
  },
  ERR_DENIED_ORIGIN: {
    cause: 'The call would leave this server.',
    remedy: 'Ask whoever runs this server to correct the tool.',
  },
  ERR_DENIED_OWNER: {
    cause: 'This belongs to somebody else.',
    remedy: 'Sign in as its owner, or ask the owner to do it.',
  },
  ERR_DENIED_SCOPE: {
    cause: 'Your sign-in does not include a permission that this needs.',
    remedy: 'Sign in again and grant the scopes that are named here.',
  },
  ERR_DENIED_TENANT: {
    cause: 'This is not available to the organization that you signed in with.',
    remedy: 'Sign in with an account of the right organization.',
  },
  ERR_DENIED_TOO_MANY: {
    cause: 'More links to connect this service were asked for than anybody can use.',
    remedy: 'Wait a minute, or open one of the links that there are.',
  },
  ERR_STORAGE_FORMAT: {
    cause: 'The record has a format that only a newer release knows. It was kept as it is.',
    remedy: 'Start the release that has written it, in every process.',
  },
  ERR_STORAGE_INPUT: {
    cause: 'The key, tag, value or lifetime is outside of what every store can keep.',
    remedy:
      'Use keys and tags of 1 to 1,024 bytes without NUL, values of up to 16 MiB, and at least one second.',
  },
  ERR_STORAGE_TAMPERED: {
    cause:
      'The record cannot be opened: it was changed, or belongs elsewhere. It was kept as it is.',
    remedy: 'Restore it from a backup; find out who can write to the storage.',
  },
  ERR_STORAGE_UNAVAILABLE: {
    cause: 'The store cannot be reached, or did not answer within the time limit.',
    remedy: 'Check that it runs, and the network path from this process.',
  },
  ERR_STORAGE_WRITE: {
    cause: 'The store can be reached but cannot write.',
    remedy: 'Check free space, permissions, and that it is not read-only.',
  },
  ERR_UPSTREAM_ANSWER_INVALID: {
    cause:
      'The answer about a token cannot be read, or is not signed as it should be (RFC 7662 §2.2).',
    remedy:
      'Check that the URL is the endpoint itself, and what stands before it: proxy, login page.',
  },
  ERR_UPSTREAM_CLIENT_REFUSED: {
    cause: 'The upstream refuses this server as a client, or its request (RFC 6749 §5.2).',
    remedy:
      'Check client id, secret and what the client may do at the upstream; users stay signed in.',
  },
  ERR_UPSTREAM_DECISION: {
    cause:
      'The external decision point failed, gave something other than a boolean, or took too long.',
    remedy: 'Check that it can be reached; raise `policyTimeoutSeconds` where it is only slow.',
  },
  ERR_UPSTREAM_ISSUER_MISMATCH: {
    cause: 'The metadata names another issuer than the configured one (RFC 8414 §3.3).',
    remedy: 'Configure the issuer exactly as the document states it, the trailing slash included.',
  },
  ERR_UPSTREAM_JWKS_INVALID: {
    cause: 'The document is not a JSON Web Key Set with at most 100 keys (RFC 7517 §5).',
    remedy: 'Check `jwks_uri` in the metadata of the authorization server.',
  },
  ERR_UPSTREAM_JWKS_PRIVATE_MATERIAL: {
    cause: 'The published key set contains private or symmetric keys (RFC 7517 §9.2).',
    remedy: 'Treat these keys as compromised: replace them at the authorization server at once.',
  },
  ERR_UPSTREAM_METADATA_INVALID: {
    cause:
      'The metadata of the authorization server lacks what is needed to verify its tokens or to sign users in there (RFC 8414 §2).',
    remedy:
      'Run `checkServerMetadata` on the document; a resource server can patch it with `transformMetadata`.',
  },
  ERR_UPSTREAM_METADATA_NOT_FOUND: {
    cause:
      'None of the well-known locations answered with a metadata document (RFC 8414 §3, OpenID Connect Discovery §4).',
    remedy: 'Check the issuer; a resource server can be given `metadataUrl` or `jwksUri` for it.',
  },
  ERR_UPSTREAM_NOT_JSON: {
    cause: 'The answer is not a JSON object.',
    remedy: 'Check that the URL is the document itself and not a page about it.',
  },
  ERR_UPSTREAM_REDIRECT: {
    cause:
      'The answer is a redirect, which is not followed (it could lead to an internal address).',
    remedy: 'Configure the final URL.',
  },
  ERR_UPSTREAM_REFRESH: {
    cause: 'The upstream could not renew its access token now; the credential was kept.',
    remedy: 'Try again after `retryAfterSeconds`; check the health of the upstream.',
  },
  ERR_UPSTREAM_SIGN_IN_NEEDED: {
    cause: 'There is no credential of this user at the upstream, or the upstream has ended it.',
    remedy: 'Let the user sign in again.',
  },
  ERR_UPSTREAM_STATUS: {
    cause: 'The answer has a status other than 200.',
    remedy: 'Check the URL and the health of the authorization server.',
  },
  ERR_UPSTREAM_TIMEOUT: {
    cause: 'The answer did not arrive within the time limit.',
    remedy: 'Check the network path to the authorization server.',
  },
  ERR_UPSTREAM_TOO_LARGE: {
    cause: 'The answer exceeds the size limit.',
    remedy: 'Check that the URL is the document itself.',
  },
  ERR_UPSTREAM_UNREACHABLE: {
    cause: 'The authorization server cannot be reached.',
    remedy: 'Check DNS, TLS and the network path from this process.',
  },
  ERR_UPSTREAM_VERIFIER: {
    cause: 'The token verifier failed for another reason than the token.',
    remedy:
      'See `cause`; a verifier refuses a token by a value and throws only when it cannot tell.',
  },
}
