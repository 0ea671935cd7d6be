import { type GrantRefusal, refuseGrant } from '../grants/extension-grant.ts'

/** The only types of tokens that are taken and given (RFC 8693 §3). */
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token'

const TOKEN_TYPES: ReadonlySet<unknown> = new Set([
  ACCESS_TOKEN_TYPE,
  'urn:ietf:params:oauth:token-type:jwt',
])

/** What of a request is looked at further. */
export interface ExchangeParameters {
  readonly subjectToken: string
  /** `resource`, or `audience`, which means the same here. */
  readonly resource: unknown
  readonly scope: unknown
}

/** Checks the parameters of an exchange (RFC 8693 §2.1). What this server does not do is refused. */
export function parseExchange(
  parameters: Readonly<Record<string, unknown>>,
):
  | { readonly ok: true; readonly value: ExchangeParameters }
  | { readonly ok: false; readonly refusal: GrantRefusal } {
  const { subject_token: subjectToken, resource, audience, scope } = parameters
  const { requested_token_type: requested = ACCESS_TOKEN_TYPE } = parameters
  if (typeof subjectToken !== 'string' || subjectToken === '') {
    return refuseGrant('invalid_request', 'subject_token', 'subject_token is missing')
  }
  const isKnown = TOKEN_TYPES.has(parameters['subject_token_type']) && TOKEN_TYPES.has(requested)
  if (!isKnown) {
    return refuseGrant('invalid_request', 'token_type', 'only access tokens are exchanged here')
  }
  if (parameters['actor_token'] !== undefined || parameters['actor_token_type'] !== undefined) {
    return refuseGrant('invalid_request', 'actor_token', 'the client itself is the only actor')
  }
  if (resource !== undefined && audience !== undefined && resource !== audience) {
    return refuseGrant('invalid_target', 'audience', 'resource and audience differ')
  }
  return { ok: true, value: { subjectToken, resource: resource ?? audience, scope } }
}
