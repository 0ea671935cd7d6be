import { jsonAnswer } from '../http/index.ts'
import { forbiddenResponse, type RequestId } from '../mcp/index.ts'
import { type BearerChallenge, formatBearerChallenge } from '../oauth/index.ts'
import type { Principal } from '../principal/index.ts'
import type { TokenFailureReason } from '../verifiers/index.ts'
import type { Settings } from './options/index.ts'

/** Why a request was not let through. */
export type Refusal =
  | { readonly kind: 'host' }
  | { readonly kind: 'origin' }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'content_type' }
  | { readonly kind: 'no_credentials' }
  | { readonly kind: 'malformed_credentials' }
  | { readonly kind: 'token'; readonly reason: TokenFailureReason }
  | {
      readonly kind: 'scope'
      readonly requestId: RequestId | undefined
      readonly principal: Principal<unknown>
    }
  | { readonly kind: 'unavailable'; readonly error: Error }

/** What the answers need to know. */
export type ChallengeSettings = Pick<
  Settings<unknown>,
  'metadataUrl' | 'realm' | 'requiredScopes' | 'challengeScopes'
>

const RETRY_AFTER_SECONDS = '5'

/** The exact reason for the audit event. The client is not told more than {@link refusalAnswer} says. */
export function refusalReason(refusal: Refusal): string {
  return refusal.kind === 'token' ? refusal.reason : refusal.kind
}

/**
 * Maps a refusal to its answer.
 *
 * All refused tokens get one text, but for an expired one, so that clients refresh it: telling
 * "unknown issuer" from "bad signature" would help only somebody who probes for a way in.
 *
 * @see [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750.html#section-3.1)
 */
export function refusalAnswer(refusal: Refusal, settings: ChallengeSettings): Response {
  switch (refusal.kind) {
    case 'host':
      return plainError(400, 'The Host header field names no host that this server answers to.')
    case 'origin':
      return plainError(403, 'Web pages of this origin may not call this server.')
    case 'not_found':
      return plainError(404, 'There is no metadata at this path.')
    case 'content_type':
      return plainError(415, 'A POST needs the content type application/json.')
    case 'no_credentials':
      return noCredentials(settings)
    case 'malformed_credentials':
      return challengeAnswer(400, 'invalid_request', MALFORMED, settings.challengeScopes, settings)
    case 'token':
      return challengeAnswer(
        401,
        'invalid_token',
        refusal.reason === 'exp' ? EXPIRED : INVALID,
        settings.challengeScopes,
        settings,
      )
    case 'scope':
      return insufficientScope(refusal.requestId, settings)
    case 'unavailable':
      return jsonAnswer(
        503,
        { error: 'temporarily_unavailable', error_description: UNAVAILABLE },
        { 'Retry-After': RETRY_AFTER_SECONDS },
      )
    default:
      return refusal satisfies never
  }
}

const MALFORMED =
  'Send one Authorization header field with one bearer token, and the token nowhere else.'
const INVALID = 'The access token is invalid.'
const EXPIRED = 'The access token has expired.'
const INSUFFICIENT = 'The access token lacks a scope that this request needs.'
const UNAVAILABLE = 'The access token cannot be checked right now. Keep it and try again.'
const NO_CREDENTIALS =
  'This MCP server needs an access token. An MCP client finds out at resource_metadata how to get one.'

function plainError(status: number, description: string): Response {
  return jsonAnswer(status, { error: 'invalid_request', error_description: description })
}

/** No error code: the client did nothing wrong yet (RFC 6750 §3.1). */
function noCredentials(settings: ChallengeSettings): Response {
  const { metadataUrl, realm, challengeScopes } = settings
  const challenge = { realm, resource_metadata: metadataUrl, scope: challengeScopes }
  return jsonAnswer(
    401,
    { message: NO_CREDENTIALS, resource_metadata: metadataUrl },
    { 'WWW-Authenticate': formatBearerChallenge(challenge) },
  )
}

function challengeAnswer(
  status: number,
  error: NonNullable<BearerChallenge['error']>,
  error_description: string,
  scope: readonly string[],
  { metadataUrl, realm }: ChallengeSettings,
  body: unknown = { error, error_description },
): Response {
  const challenge = { realm, error, error_description, resource_metadata: metadataUrl, scope }
  return jsonAnswer(status, body, { 'WWW-Authenticate': formatBearerChallenge(challenge) })
}

/** One request gets a JSON-RPC error that its caller can read; everything else gets OAuth JSON. */
function insufficientScope(
  requestId: RequestId | undefined,
  settings: ChallengeSettings,
): Response {
  const scope = settings.requiredScopes
  const error = {
    error: 'insufficient_scope',
    error_description: INSUFFICIENT,
    scope: scope.join(' '),
  }
  const body = requestId === undefined ? error : forbiddenResponse(requestId, INSUFFICIENT, error)
  return challengeAnswer(403, 'insufficient_scope', INSUFFICIENT, scope, settings, body)
}
