/** Between what bounds the sender of a document says how long it is kept, in seconds. */
export interface CacheBounds {
  readonly minSeconds: number
  readonly maxSeconds: number
}

/**
 * For how long a document is fresh, by `Cache-Control` and `Age`, else by `Expires` and `Date`
 * (RFC 9111 §4.2), within our own bounds, which draft-ietf-oauth-client-id-metadata-document §4.4
 * allows. Without any of them, and where it is not to be kept at all, the lower bound: one sign-in
 * asks for the document several times.
 */
export function cacheLifetime(headers: Headers, { minSeconds, maxSeconds }: CacheBounds): number {
  const asked = statedLifetime(headers)
  return Math.max(minSeconds, Math.min(maxSeconds, Number.isFinite(asked) ? asked : minSeconds))
}

function statedLifetime(headers: Headers): number {
  const control = headers.get('cache-control') ?? ''
  if (/(?:^|[\s,])(?:no-store|no-cache)(?:$|[\s,=])/i.test(control)) return 0
  const maxAge = /(?:^|[\s,])max-age\s*=\s*"?(\d{1,10})/i.exec(control)?.[1]
  if (maxAge !== undefined) return Number(maxAge) - (Number(headers.get('age')) || 0)
  const expires = Date.parse(headers.get('expires') ?? '')
  const date = Date.parse(headers.get('date') ?? '')
  return Math.floor((expires - date) / 1_000)
}
