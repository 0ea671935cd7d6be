import type * as OpenidClient from 'openid-client'
import { ConfigError, findOwnError, type UpstreamError } from '../errors/index.ts'
import type { RemoteFailure, RemoteRefusal } from './outcome.ts'

/** Errors that the user's or the upstream's own decision is behind. */
const DENIALS: ReadonlySet<string> = new Set([
  'access_denied',
  'login_required',
  'consent_required',
  'interaction_required',
  'account_selection_required',
])
/** Errors that somebody has to change a configuration for (RFC 6749 §4.1.2.1, §5.2; GitHub). */
const MISCONFIGURATIONS: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_client',
  'unauthorized_client',
  'unsupported_response_type',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'invalid_client_metadata',
  'request_not_supported',
  'request_uri_not_supported',
  'registration_not_supported',
  'incorrect_client_credentials',
  'redirect_uri_mismatch',
  'application_suspended',
])
/** Codes of ours for an upstream that does not answer, or answers that it cannot now. */
const UNAVAILABLE_CODES: ReadonlySet<string> = new Set([
  'ERR_UPSTREAM_STATUS',
  'ERR_UPSTREAM_TIMEOUT',
  'ERR_UPSTREAM_UNREACHABLE',
])
/** Where the upstream says nothing about it. */
const RETRY_AFTER_SECONDS = 5
const OUTAGES: ReadonlySet<string> = new Set([
  'temporarily_unavailable',
  'server_error',
  'slow_down',
])
/** The code or the refresh token is of no use; GitHub has names of its own. */
const BAD_GRANTS: ReadonlySet<string> = new Set([
  'invalid_grant',
  'bad_verification_code',
  'bad_refresh_token',
])

/** What an OAuth error code says. Unknown ones are not repeated: they are the sender's text. */
export function classifyErrorCode(error: string): RemoteFailure {
  if (DENIALS.has(error)) return { kind: 'denied' }
  if (MISCONFIGURATIONS.has(error)) return { kind: 'misconfigured', error }
  if (OUTAGES.has(error))
    return { kind: 'unavailable', retryAfterSeconds: RETRY_AFTER_SECONDS, answered: true }
  return { kind: 'refused', reason: BAD_GRANTS.has(error) ? 'grant' : 'error' }
}

/** The codes of `openid-client` that are about the ID token. */
const ID_TOKEN_CODES: ReadonlySet<string> = new Set([
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_KEY_SELECTION_FAILED',
  'OAUTH_UNSUPPORTED_OPERATION',
])

/**
 * What an error on the way to the upstream says. Nothing of the error itself is kept: its causes
 * hold whole answers, tokens among them.
 *
 * @param reason What is wrong where the answer itself is.
 * @throws The error, where it is a mistake in this server's configuration.
 */
export function classifyFailure(
  openid: typeof OpenidClient | undefined,
  error: unknown,
  reason: RemoteRefusal,
): RemoteFailure {
  const own = findOwnError(error)
  if (own instanceof ConfigError) throw own
  if (own !== undefined) return classifyOwn(own, reason)
  if (openid !== undefined && error instanceof openid.ResponseBodyError) {
    return classifyErrorCode(error.error)
  }
  const code = openid !== undefined && error instanceof openid.ClientError ? error.code : undefined
  const isIdToken = code !== undefined && ID_TOKEN_CODES.has(code)
  return { kind: 'refused', reason: isIdToken ? 'id_token' : reason }
}

function classifyOwn(error: UpstreamError, reason: RemoteRefusal): RemoteFailure {
  const { code, retryAfterSeconds = RETRY_AFTER_SECONDS } = error
  if (isUnavailable(error)) {
    return { kind: 'unavailable', retryAfterSeconds, answered: code === 'ERR_UPSTREAM_STATUS' }
  }
  const isMetadata = code.startsWith('ERR_UPSTREAM_METADATA_')
  return isMetadata || code === 'ERR_UPSTREAM_ISSUER_MISMATCH'
    ? { kind: 'misconfigured', error: code }
    : { kind: 'refused', reason }
}

/** Whether the upstream did not answer, or answered that it cannot now. */
export function isUnavailable({ code }: UpstreamError): boolean {
  return UNAVAILABLE_CODES.has(code)
}
