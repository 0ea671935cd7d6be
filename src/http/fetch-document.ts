import { UpstreamError } from '../errors/index.ts'
import { readAnswerText } from './answer-text.ts'

/** The `fetch` that documents are read with; for tests, proxies and custom certificates. */
export type Fetch = (input: string, init: RequestInit) => Promise<Response>

// Taken when the module loads: code that replaces the global later sees none of our requests.
export const platformFetch: Fetch = globalThis.fetch.bind(globalThis)

/** Limits of one read. */
export interface FetchDocumentOptions {
  readonly fetch?: Fetch | undefined
  /**
   * For the whole answer, the last byte included.
   * @defaultValue 5000
   */
  readonly timeoutMilliseconds?: number
  /**
   * After decompression.
   * @defaultValue 262144 (256 KiB)
   */
  readonly maxBytes?: number
}

/** A JSON object that was read, and how long its sender wants it kept. */
export interface FetchedDocument {
  readonly document: Readonly<Record<string, unknown>>
  /** `max-age` of `Cache-Control` in seconds; 0 for `no-store` and `no-cache`. */
  readonly maxAgeSeconds: number | undefined
}

/**
 * Reads one JSON object from a URL that the configuration or checked metadata names.
 *
 * Redirects are refused, since they could lead to an internal address; nothing but `Accept` is
 * sent. It does NOT check the URL; the caller did.
 *
 * @throws {UpstreamError} `ERR_UPSTREAM_UNREACHABLE`, `_TIMEOUT`, `_TOO_LARGE`, `_REDIRECT`,
 *   `_STATUS`, `_NOT_JSON`
 */
export async function fetchDocument(
  url: string,
  options: FetchDocumentOptions = {},
): Promise<FetchedDocument> {
  const { fetch = platformFetch, timeoutMilliseconds = 5_000, maxBytes = 262_144 } = options
  const signal = AbortSignal.timeout(timeoutMilliseconds)
  try {
    const response = await fetch(url, {
      headers: { Accept: 'application/json' },
      redirect: 'manual',
      credentials: 'omit',
      signal,
    })
    checkStatus(response, url)
    const document = parseObject(await readAnswerText(response, maxBytes, `GET ${url}`), url)
    return { document, maxAgeSeconds: readMaxAge(response.headers.get('cache-control')) }
  } catch (error) {
    if (error instanceof UpstreamError) throw error
    const code = signal.aborted ? 'ERR_UPSTREAM_TIMEOUT' : 'ERR_UPSTREAM_UNREACHABLE'
    throw new UpstreamError(code, `GET ${url}`, { cause: error, retryable: true })
  }
}

function checkStatus(response: Response, url: string): void {
  if (response.status === 200) return
  void response.body?.cancel()
  // `opaqueredirect` with status 0 is how a browser-like runtime shows a manual redirect.
  const redirected = response.type === 'opaqueredirect' || Math.floor(response.status / 100) === 3
  throw new UpstreamError(
    redirected ? 'ERR_UPSTREAM_REDIRECT' : 'ERR_UPSTREAM_STATUS',
    `GET ${url} (status ${response.status})`,
    { retryable: !redirected && response.status >= 429 },
  )
}

function parseObject(text: string, url: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch {
    // The same refusal as for JSON of another kind.
  }
  throw new UpstreamError('ERR_UPSTREAM_NOT_JSON', `GET ${url}`, { retryable: false })
}

function readMaxAge(cacheControl: string | null): number | undefined {
  const directives = (cacheControl ?? '').toLowerCase()
  if (/(?:^|[\s,])no-(?:store|cache)\b/.test(directives)) return 0
  const age = /(?:^|[\s,])max-age="?(\d{1,10})\b/.exec(directives)?.[1]
  return age === undefined ? undefined : Number(age)
}
