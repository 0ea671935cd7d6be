/**
 * What the gate reads of a request, whichever server received it.
 *
 * Field lines are kept apart: `fetch` joins repeated lines with a comma and `node:http` drops the
 * second `Authorization`, and an attacker chooses which of the two a proxy in front saw.
 */
export interface InboundRequest {
  readonly method: string
  /** The path as received, before any normalisation, without query and fragment. */
  readonly path: string
  /** Whether the query has an `access_token` parameter (RFC 6750 §2.3); its value is never read. */
  readonly hasQueryToken: boolean
  /** All values of a field, one per line where the platform tells lines apart. */
  readonly header: (name: string) => readonly string[]
  /** Whether anything follows the header. */
  hasBody(): boolean
  /** The address of the peer, where the platform tells it. */
  readonly peer: string | undefined
}

// Taken when the module loads, as everything of the platform on the way of a request.
const PlatformUrl = URL
const PlatformUrlSearchParams = URLSearchParams
const NONE: readonly string[] = []

/** Takes a request target (RFC 9112 §3.2) apart. */
export function parseTarget(target: string): Pick<InboundRequest, 'path' | 'hasQueryToken'> {
  const start = target.startsWith('/') ? 0 : endOfAuthority(target)
  const query = target.indexOf('?', start)
  const fragment = target.indexOf('#', start)
  const end = firstOf(query, firstOf(fragment, target.length))
  return {
    path: target.slice(start, end) || '/',
    hasQueryToken: query !== -1 && namesToken(target.slice(query + 1)),
  }
}

/** The position that comes first; -1 is none. */
function firstOf(position: number, other: number): number {
  return position === -1 || position > other ? other : position
}

/** Where the path begins in the absolute form of RFC 9112 §3.2.2. */
function endOfAuthority(target: string): number {
  const scheme = target.indexOf('://')
  if (scheme === -1) return 0
  const authority = scheme + '://'.length
  const length = target.slice(authority).search(/[/?#]/)
  return length === -1 ? target.length : authority + length
}

/** However the name is spelled; the fragment that may follow does not matter to names. */
function namesToken(query: string): boolean {
  for (const name of new PlatformUrlSearchParams(query).keys()) {
    if (name.toLowerCase() === 'access_token') return true
  }
  return false
}

/** Reads a web-standard request. The host comes from the URL where the runtime hides the field. */
export function fromRequest(request: Request): InboundRequest {
  const { headers, method, url } = request
  return {
    method,
    ...parseTarget(url),
    header: (name) => {
      const value = headers.get(name)
      if (value !== null) return [value]
      return name === 'host' ? [new PlatformUrl(url).host] : NONE
    },
    // Some servers build `body` only when it is asked for, which costs more than the fields do.
    hasBody: () =>
      Number(headers.get('content-length') ?? 0) > 0 ||
      headers.has('transfer-encoding') ||
      request.body !== null,
    peer: undefined,
  }
}
