const MAX_STATE_BYTES = 2_048
const MAX_QUERY_LENGTH = 12_288
const encoder = new TextEncoder()

/** The query of an authorization request as `oidc-provider` may see it, or why nobody may. */
export type CheckedQuery =
  | { readonly ok: true; readonly query: string }
  | { readonly ok: false; readonly cause: string }

/**
 * Checks what must not be answered by a redirect: two clients or redirect URIs, a state that could
 * not be given back as it came (RFC 6749 §3.1, §4.1.1).
 *
 * A response mode other than `query` is replaced by one that nobody knows, so that the answer to
 * it, which is an error, goes back by a plain redirect.
 *
 * @param query Without the question mark.
 */
export function checkAuthorizationQuery(query: string): CheckedQuery {
  if (query.length > MAX_QUERY_LENGTH) return refuse('The request is too long.')
  const pairs = query.split('&')
  for (const name of ['client_id', 'redirect_uri']) {
    if (pairs.filter((pair) => decodedName(pair) === name).length > 1) {
      return refuse(`The request names ${name} twice.`)
    }
  }
  for (const pair of pairs) {
    if (decodedName(pair) !== 'state') continue
    const state = decode(pair.slice(pair.indexOf('=') + 1))
    if (state === undefined) return refuse('The state is not percent-encoded UTF-8.')
    if (encoder.encode(state).length > MAX_STATE_BYTES) {
      return refuse(`The state is longer than ${MAX_STATE_BYTES} bytes.`)
    }
  }
  return { ok: true, query: pairs.map(withKnownResponseMode).join('&') }
}

function withKnownResponseMode(pair: string): string {
  if (decodedName(pair) !== 'response_mode') return pair
  return pair === 'response_mode=query' ? pair : 'response_mode=unsupported'
}

function refuse(cause: string): CheckedQuery {
  return { ok: false, cause }
}

function decodedName(pair: string): string | undefined {
  return decode(pair.split('=', 1)[0] ?? '')
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
