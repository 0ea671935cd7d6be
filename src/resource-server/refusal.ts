import { jsonAnswer } from '../http/index.ts'
import { type MessageFault, type Messages, PARSE_ERROR_RESPONSE } from '../mcp/index.ts'
import type { BearerChallenge, TokenScheme } from '../oauth/index.ts'
import type { Principal } from '../principal/index.ts'
import type { ProofFailureReason, TokenFailureReason } from '../verifiers/index.ts'
import { type ChallengeSettings, challengeField, proofChallenge } from './challenges.ts'
import {
  faultBody,
  forbiddenBody,
  hiddenAnswer,
  unknownSessionBody,
  unknownTaskBody,
} from './message-answers.ts'
import type { OperationRefusal } from './operation-check.ts'
import type { Settings } from './options/index.ts'
import { type RateRefusal, rateAnswer } from './rate-answer.ts'

/** Who asked, and for what as far as it is known. */
interface Asked {
  readonly principal: Principal<unknown>
  readonly messages: Messages | undefined
}

/** Why a request was not let through. */
export type Refusal =
  | { readonly kind: 'host' }
  | { readonly kind: 'origin' }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'content_type' }
  | { readonly kind: 'no_credentials' }
  | { readonly kind: 'malformed_credentials' }
  | { readonly kind: 'token'; readonly reason: TokenFailureReason }
  /** The token is good, and who sent it has not proven to have its key. */
  | {
      readonly kind: 'proof'
      readonly reason: ProofFailureReason
      /** For the next attempt. */
      readonly nonce?: string | undefined
      readonly principal: Principal<unknown>
    }
  /** Required claims are missing; `asScopes` where they are spoken of as scopes. */
  | {
      readonly kind: 'claims'
      readonly claims: readonly string[]
      readonly asScopes: boolean
      readonly principal: Principal<unknown>
    }
  | { readonly kind: 'unavailable'; readonly error: Error }
  | RateRefusal
  | (RateRefusal & Asked)
  | {
      readonly kind: 'tenant' | 'malformed' | 'too_large' | 'streams' | 'encoded_answer'
      readonly principal: Principal<unknown>
    }
  | {
      readonly kind: 'message'
      readonly fault: MessageFault
      readonly principal: Principal<unknown>
    }
  | ({ readonly kind: 'session' | 'task' } & Asked)
  /** A scope is missing; in a loop, the challenge for it has led nowhere before. */
  | ({
      readonly kind: 'scope' | 'scope_loop'
      readonly scopes: readonly string[]
      /** Of the token that lacks them. */
      readonly digest: string
    } & Asked)
  | (Exclude<OperationRefusal, { kind: 'scope' }> & Asked)

/** What the answers need to know. */
type AnswerSettings = ChallengeSettings &
  Pick<Settings<unknown>, 'challengeScopes' | 'maxBodyBytes'>

/** The same with the scheme that the token of the request is presented in. */
type Answering = AnswerSettings & { readonly scheme: TokenScheme }

/** The refusal with the scopes that the issuer of the refused token has to be asked for. */
export function inWordsOfIssuer(
  refusal: Refusal,
  { issuers }: Pick<Settings<unknown>, 'issuers'>,
): Refusal {
  if (refusal.kind !== 'scope' && refusal.kind !== 'scope_loop') return refusal
  const requestScopes = issuers.get(refusal.principal.issuer)?.requestScopes
  return requestScopes === undefined
    ? refusal
    : { ...refusal, scopes: requestScopes(refusal.scopes) }
}

const RETRY_AFTER_SECONDS = '5'

/** The exact reason for the audit event. The client is not told more than {@link refusalAnswer} says. */
export function refusalReason(refusal: Refusal): string {
  if (refusal.kind === 'token') return refusal.reason
  if (refusal.kind === 'proof') return `dpop ${refusal.reason}`
  if (refusal.kind === 'rate') return `rate ${refusal.exceeded.rule}`
  return refusal.kind === 'message' ? `message ${refusal.fault.code}` : refusal.kind
}

/**
 * Maps a refusal to its answer.
 *
 * All refused tokens get one text, but for an expired one, so that clients refresh it: telling
 * "unknown issuer" from "bad signature" would help only somebody who probes for a way in.
 *
 * @param scheme That of the request's token.
 * @see [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750.html#section-3.1)
 */
export function refusalAnswer(
  refusal: Refusal,
  answerSettings: AnswerSettings,
  scheme: TokenScheme = 'Bearer',
): Response {
  const settings = { ...answerSettings, scheme }
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
      return invalidToken(refusal.reason, settings)
    case 'proof':
      return invalidProof(refusal.nonce, settings)
    case 'claims':
      return refusal.asScopes ? missingScopes(refusal.claims) : invalidToken('claims', settings)
    case 'malformed':
      return jsonAnswer(400, PARSE_ERROR_RESPONSE)
    case 'message':
      return jsonAnswer(refusal.fault.status, faultBody(refusal.fault))
    case 'too_large':
      return tooLarge(settings.maxBodyBytes)
    case 'tenant':
      return jsonAnswer(403, { error: 'access_denied', error_description: OTHER_TENANT })
    case 'session':
      return jsonAnswer(404, unknownSessionBody(refusal.messages))
    case 'task':
      return jsonAnswer(200, unknownTaskBody(refusal.messages))
    case 'streams':
      return plainError(429, TOO_MANY_STREAMS, { 'Retry-After': RETRY_AFTER_SECONDS })
    case 'rate':
      return rateAnswer(refusal)
    case 'hidden':
      return hiddenAnswer(refusal.operations, refusal.messages)
    case 'scope':
      return insufficientScope(refusal, settings)
    case 'scope_loop':
      return looping(refusal)
    case 'authentication':
      return strongerAuthentication(refusal, settings)
    case 'forbidden':
    case 'policy_failed':
      return jsonAnswer(403, denialBody('access_denied', FORBIDDEN, refusal))
    case 'encoded_answer':
      return jsonAnswer(502, { error: 'bad_gateway', error_description: ENCODED_ANSWER })
    case 'unavailable':
      return unavailable()
    default:
      return refusal satisfies never
  }
}

const MALFORMED =
  'Send one Authorization header field with one bearer token, and the token nowhere else.'
const INVALID = 'The access token is invalid.'
const EXPIRED = 'The access token has expired.'
const INVALID_PROOF = 'The proof of possession is invalid.'
const NONCE_NEEDED = 'The proof of possession needs the nonce of this answer.'
const INSUFFICIENT = 'The access token lacks a scope that this request needs.'
const LOOPING =
  'The access token still lacks a scope that this request needs, although it was asked for. Ask the user to sign in again and to allow it.'
const FORBIDDEN = 'This operation is not allowed for you.'
const STRONGER = 'This operation needs a stronger or more recent sign-in.'
const OTHER_TENANT = 'The access token belongs to another tenant than the one that is addressed.'
const TOO_MANY_STREAMS = 'This caller has too many streams open. Close one and try again.'
const ENCODED_ANSWER = 'The MCP server compressed an answer that has to be filtered.'
const UNAVAILABLE = 'The access token cannot be checked right now. Keep it and try again.'
const NO_CREDENTIALS =
  'This MCP server needs an access token. An MCP client finds out at resource_metadata how to get one.'

function plainError(
  status: number,
  description: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return jsonAnswer(status, { error: 'invalid_request', error_description: description }, headers)
}

function tooLarge(bytes: number): Response {
  const mebibytes = bytes / 1_048_576
  const limit = Number.isInteger(mebibytes) ? `${mebibytes} MiB` : `${bytes} bytes`
  // What follows on this connection would be the rest of the body.
  return plainError(413, `The body is larger than ${limit}.`, { Connection: 'close' })
}

function unavailable(): Response {
  return jsonAnswer(
    503,
    { error: 'temporarily_unavailable', error_description: UNAVAILABLE },
    { 'Retry-After': RETRY_AFTER_SECONDS },
  )
}

/** No error code: the client did nothing wrong yet (RFC 6750 §3.1). */
function noCredentials(settings: Answering): Response {
  const { metadataUrl, challengeScopes, scheme } = settings
  const challenge = challengeField(401, { scope: challengeScopes }, settings, scheme)
  return jsonAnswer(
    401,
    { message: NO_CREDENTIALS, resource_metadata: metadataUrl },
    { 'WWW-Authenticate': challenge },
  )
}

function challengeAnswer(
  status: number,
  error: NonNullable<BearerChallenge['error']>,
  error_description: string,
  scope: readonly string[],
  settings: Answering,
  body: unknown = { error, error_description },
): Response {
  const parameters = { error, error_description, scope }
  const challenge = challengeField(status, parameters, settings, settings.scheme)
  return jsonAnswer(status, body, { 'WWW-Authenticate': challenge })
}

/** @see [RFC 9449 §9](https://www.rfc-editor.org/rfc/rfc9449.html#section-9) for the nonce */
function invalidProof(nonce: string | undefined, settings: Answering): Response {
  const error = nonce === undefined ? 'invalid_dpop_proof' : 'use_dpop_nonce'
  const error_description = nonce === undefined ? INVALID_PROOF : NONCE_NEEDED
  const scope = settings.challengeScopes
  return jsonAnswer(
    401,
    { error, error_description },
    {
      'WWW-Authenticate': proofChallenge({ error, error_description, scope }, settings),
      ...(nonce !== undefined && { 'DPoP-Nonce': nonce }),
    },
  )
}

function invalidToken(reason: TokenFailureReason, settings: Answering): Response {
  const description = reason === 'exp' ? EXPIRED : INVALID
  return challengeAnswer(401, 'invalid_token', description, settings.challengeScopes, settings)
}

/** In the words of mcp-auth-middleware. */
function missingScopes(claims: readonly string[]): Response {
  const missing = claims.map((scope) => ({ scope }))
  return jsonAnswer(403, { error: 'missing_scopes', missing })
}

type ScopeRefusal = Extract<Refusal, { readonly scopes: readonly string[] }>

function insufficientScope(refusal: ScopeRefusal, settings: Answering): Response {
  const body = denialBody('insufficient_scope', INSUFFICIENT, refusal)
  const { scopes } = refusal
  return challengeAnswer(403, 'insufficient_scope', INSUFFICIENT, scopes, settings, body)
}

/** Without a challenge, which would be followed once more. */
function looping(refusal: ScopeRefusal): Response {
  const body = denialBody('insufficient_scope', LOOPING, refusal)
  return jsonAnswer(403, body, { 'Retry-After': '60' })
}

/** One request gets a JSON-RPC error that its caller can read; everything else gets OAuth JSON. */
function denialBody(
  error: string,
  error_description: string,
  { messages, scopes }: Pick<Asked, 'messages'> & { readonly scopes?: readonly string[] },
): unknown {
  const scope = scopes === undefined ? {} : { scope: scopes.join(' ') }
  return forbiddenBody(messages, error_description, { error, error_description, ...scope })
}

/** @see [RFC 9470 §3](https://www.rfc-editor.org/rfc/rfc9470.html#section-3) */
function strongerAuthentication(
  { acrValues, maxAgeSeconds }: Extract<Refusal, { kind: 'authentication' }>,
  settings: Answering,
): Response {
  const error = 'insufficient_user_authentication'
  const parameters = {
    error,
    error_description: STRONGER,
    scope: settings.challengeScopes,
    acr_values: acrValues,
    max_age: maxAgeSeconds,
  } as const
  const challenge = challengeField(401, parameters, settings, settings.scheme)
  const body = { error, error_description: STRONGER }
  return jsonAnswer(401, body, { 'WWW-Authenticate': challenge })
}
