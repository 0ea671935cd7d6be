/** The parameters of an answer that are ours (RFC 6749 §4.1.2, RFC 9207 §2). */
const ANSWER_NAMES: ReadonlySet<string> = new Set([
  'code',
  'error',
  'error_description',
  'error_uri',
  'state',
  'iss',
])

/**
 * Adds the parameters of an answer to a redirect URI and keeps the bytes of its own query, which
 * `URL` would write anew. Parameters of the redirect URI that are called like ours are dropped: a
 * client must not find two of them.
 */
export function buildClientRedirect(
  redirectUri: string,
  answer: readonly (readonly [name: string, value: string])[],
): string {
  const [base = '', ...rest] = redirectUri.split('?')
  const own = rest
    .join('?')
    .split('&')
    .filter((pair) => pair !== '' && !ANSWER_NAMES.has(nameOf(pair)))
  const added = new URLSearchParams(answer.map(([name, value]) => [name, value])).toString()
  return `${base}?${[...own, added].join('&')}`
}

function nameOf(pair: string): string {
  return new URLSearchParams(pair).keys().next().value ?? ''
}
