/** What came back for one request. */
export interface Answer {
  /** Method and URL, without the query. */
  readonly request: string
  readonly url: string
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body, or the first message of an event stream; `undefined` where it is no JSON. */
  readonly json: unknown
  /** When it came; seconds since the epoch. */
  readonly at: number
}

/** That nothing came back, or that nothing was sent. */
export interface NoAnswer {
  readonly request: string
  readonly url: string
  readonly failure: string
  /** Nothing was sent, since the user has not named this host. */
  readonly isUnnamed: boolean
}

export type Seen = Answer | NoAnswer

export function isAnswer(seen: Seen | undefined): seen is Answer {
  return seen !== undefined && 'status' in seen
}

export function isRedirect({ status }: Answer): boolean {
  return status >= 300 && status < 400 && status !== 304
}

/** The media type, without its parameters. */
export function mediaTypeOf({ headers }: Answer): string {
  return (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** An answer in few words, such as `POST https://mcp.example.com/mcp: 404 text/html`. */
export function describeSeen(seen: Seen | undefined): string {
  if (seen === undefined) return 'not asked'
  if (!isAnswer(seen)) return `${seen.request}: ${seen.failure}`
  const type = mediaTypeOf(seen)
  return `${seen.request}: ${seen.status}${type === '' ? '' : ` ${type}`}`
}
