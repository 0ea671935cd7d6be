import { checkAuthorizationQuery } from '../../oauth/index.ts'
import { hasRedirectUri } from '../clients/clients.ts'
import type { RelayClient, RelaySettings } from '../options/index.ts'
import type { RelayParts } from '../visit.ts'

/** What a client asks a user's browser to bring. */
export interface AuthorizationRequest {
  readonly client: RelayClient
  readonly redirectUri: string
  readonly state: string | undefined
  readonly codeChallenge: string
  /** Those of the relay's scopes that were asked for, or the default ones. */
  readonly scopes: readonly string[]
  /** Of the query, for those that may be passed on. */
  readonly parameters: ReadonlyMap<string, string>
}

/** Where the answer to a request goes, as soon as that is known. */
export type AnswerTarget = Pick<AuthorizationRequest, 'redirectUri' | 'state'>

/** A request, or why it is none. */
export type RequestVerdict =
  | { readonly kind: 'request'; readonly request: AuthorizationRequest }
  /** The client or the redirect URI is in doubt: nothing may be redirected (RFC 6749 §4.1.2.1). */
  | { readonly kind: 'page'; readonly cause: string }
  | { readonly kind: 'error'; readonly target: AnswerTarget; readonly error: string }

const SINGLE = [
  'client_id',
  'code_challenge',
  'code_challenge_method',
  'prompt',
  'redirect_uri',
  'response_mode',
  'response_type',
  'scope',
  'state',
]
const UNSUPPORTED: readonly (readonly [parameter: string, error: string])[] = [
  ['request', 'request_not_supported'],
  ['request_uri', 'request_uri_not_supported'],
  ['registration', 'registration_not_supported'],
  ['claims', 'invalid_request'],
]
// base64url of a SHA-256 (RFC 7636 §4.2).
const CODE_CHALLENGE = /^[\w-]{43}$/
const MAX_SCOPES = 100

/** Checks an authorization request (OAuth 2.1 §4.1.1): the client and its redirect URI first. */
export async function readAuthorizationRequest(
  { settings, clients }: Pick<RelayParts, 'settings' | 'clients'>,
  query: string,
): Promise<RequestVerdict> {
  const checked = checkAuthorizationQuery(query)
  if (!checked.ok) return { kind: 'page', cause: checked.cause }
  const sent = new URLSearchParams(checked.query)
  const client = await clients.find(sent.get('client_id') ?? '')
  if (client === undefined) return { kind: 'page', cause: 'The application is not known here.' }
  const redirectUri = sent.get('redirect_uri') ?? ''
  if (!hasRedirectUri(client, redirectUri)) {
    const cause = 'The application has not registered the address that it wants you sent to.'
    return { kind: 'page', cause }
  }
  const [state, secondState] = sent.getAll('state')
  const target = { redirectUri, state: secondState === undefined ? state : undefined }
  const error = faultOf(sent, settings)
  if (error !== undefined) return { kind: 'error', target, error }
  const scopes = chooseScopes(sent.get('scope') ?? '', settings)
  if (scopes === undefined) return { kind: 'error', target, error: 'invalid_scope' }
  const codeChallenge = sent.get('code_challenge') ?? ''
  const parameters = new Map(sent)
  return { kind: 'request', request: { client, ...target, codeChallenge, scopes, parameters } }
}

function faultOf(sent: URLSearchParams, { resource }: RelaySettings): string | undefined {
  if (SINGLE.some((name) => sent.getAll(name).length > 1)) return 'invalid_request'
  const unsupported = UNSUPPORTED.find(([parameter]) => sent.has(parameter))
  if (unsupported !== undefined) return unsupported[1]
  if (!sent.has('response_type')) return 'invalid_request'
  if (sent.get('response_type') !== 'code') return 'unsupported_response_type'
  if ((sent.get('response_mode') ?? 'query') !== 'query') return 'invalid_request'
  const isChallenged =
    sent.get('code_challenge_method') === 'S256' &&
    CODE_CHALLENGE.test(sent.get('code_challenge') ?? '')
  if (!isChallenged) return 'invalid_request'
  if (!isOurResource(sent.getAll('resource'), resource)) return 'invalid_target'
  // The page cannot be skipped, and whoever sends this wants to see none (OIDC Core §3.1.2.1).
  return sent.get('prompt')?.split(' ').includes('none') === true ? 'consent_required' : undefined
}

/** Whether a request names our resource, once, or none (RFC 8707 §2). */
export function isOurResource(named: readonly string[], resource: string): boolean {
  const isRoot = new URL(resource).origin === resource
  const accepted = isRoot ? [resource, `${resource}/`] : [resource]
  return named.length <= 1 && named.every((name) => accepted.includes(name))
}

/**
 * Leaves out what this server does not offer (RFC 6749 §3.3); never more than was asked for. Names
 * that the upstream is always asked for, such as `openid`, say nothing about the resource.
 *
 * @returns `undefined` where nothing is left of what was asked for.
 */
function chooseScopes(
  scope: string,
  { scopes, defaultScopes, upstream }: RelaySettings,
): readonly string[] | undefined {
  const names = scope.split(' ').filter((name) => name !== '')
  if (names.length > MAX_SCOPES) return undefined
  const asked = names.filter((name) => scopes.has(name))
  if (asked.length > 0) return [...new Set(asked)]
  return names.every((name) => upstream.scopes.includes(name)) ? defaultScopes : undefined
}
