/** One exchange, as a fault may look at it. */
export interface Exchange {
  readonly method: string
  readonly url: URL
  readonly sent: Headers
  readonly body: string
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** What another server would have answered instead; `undefined` where it would not differ. */
export type Fault = (exchange: Exchange) =>
  | {
      readonly status?: number
      readonly headers?: Readonly<Record<string, string | undefined>>
      readonly text?: string
    }
  | undefined

/** A `fetch` behind which a good server has a fault. */
export function faultyFetch(fault: Fault): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init)
    const type = response.headers.get('content-type') ?? ''
    if (init?.method === 'GET' && type.startsWith('text/event-stream')) return response
    const url = new URL(urlOf(input))
    const sent = new Headers(init?.headers)
    const text = await response.text()
    const { status, headers } = response
    const body = typeof init?.body === 'string' ? init.body : ''
    const method = init?.method ?? 'GET'
    const changed = fault({ method, url, sent, body, status, headers, text }) ?? {}
    const all = new Headers(headers)
    for (const [name, value] of Object.entries(changed.headers ?? {})) {
      if (value === undefined) all.delete(name)
      else all.set(name, value)
    }
    const answered = changed.status ?? status
    const content = changed.text ?? text
    const isEmpty = answered === 204 || answered === 304 || content === ''
    return new Response(isEmpty ? null : content, { status: answered, headers: all })
  }
}

/** A document at a path that ends so, with other members; `undefined` takes one away. */
export function withDocument(pathEnd: string, members: Readonly<Record<string, unknown>>): Fault {
  return ({ url, status, text }) =>
    url.pathname.includes(pathEnd) && status < 300 && text.startsWith('{')
      ? { text: JSON.stringify({ ...(JSON.parse(text) as object), ...members }) }
      : undefined
}

/** The server as it is seen from the Internet, at an address of its own. */
export function publishedAt(origin: string, local: string): typeof fetch {
  return async (input, init) => {
    const target = urlOf(input).replace(origin, local)
    const response = await fetch(target, init)
    const text = await response.text()
    const fields = [...response.headers].map(
      ([name, value]) => [name, value.replaceAll(local, origin)] as [string, string],
    )
    const body = text === '' ? null : text.replaceAll(local, origin)
    return new Response(body, { status: response.status, headers: fields })
  }
}

/** What a `fetch` was asked for. */
export function urlOf(input: string | URL | Request): string {
  if (typeof input === 'string') return input
  return input instanceof URL ? input.href : input.url
}
