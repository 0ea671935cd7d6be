/** One request of the demo and its answer, with redirects of the browser folded into one. */
export interface Exchange {
  readonly actor: Actor
  readonly method: string
  readonly url: URL
  /** The body that was sent; empty for none. */
  readonly sent: string
  readonly status: number
  readonly headers: Headers
  /** The body that came back; empty for a stream. */
  readonly received: string
}

/** Who makes requests; `auth` is the authorization server. */
export type Actor = 'client' | 'browser' | 'auth'

/** Takes an exchange once it is complete. */
export type OnExchange = (exchange: Exchange) => void

/** Makes a `fetch` that tells about every exchange once its answer is there. */
export function createRecordingFetch(
  actor: Actor,
  onExchange: OnExchange,
): (input: string | URL | Request, init?: RequestInit) => Promise<Response> {
  let first: Request | undefined
  return async (input, init) => {
    const request = new Request(input, init)
    const answer = await fetch(request.clone())
    first ??= request
    if (actor === 'browser' && leadsOn(request, answer)) return answer
    const { method, url } = first
    const sent = await first.text()
    first = undefined
    onExchange({
      actor,
      method,
      url: new URL(url),
      sent,
      status: answer.status,
      headers: answer.headers,
      received: isStream(answer) ? '' : await answer.clone().text(),
    })
    return answer
  }
}

/** Whether the browser will follow a redirect that stays where it is. */
function leadsOn(request: Request, answer: Response): boolean {
  const location = answer.headers.get('location')
  return location !== null && new URL(location, request.url).origin === new URL(request.url).origin
}

function isStream(answer: Response): boolean {
  return answer.headers.get('content-type')?.startsWith('text/event-stream') ?? false
}
