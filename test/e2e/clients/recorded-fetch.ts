type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>

/** A `fetch` that notes every exchange in `exchanges`, such as `POST /mcp tools/call 403`. */
export function createRecordedFetch(exchanges: string[]): Fetch {
  return async (url, init) => {
    const response = await fetch(url, init)
    const { pathname } = new URL(url)
    const parts = [init?.method ?? 'GET', pathname, purposeOf(init?.body), response.status]
    exchanges.push(parts.filter((part) => part !== undefined).join(' '))
    return response
  }
}

/** The method of a JSON-RPC message, or the grant type of a token request. */
function purposeOf(body: RequestInit['body']): string | undefined {
  if (body instanceof URLSearchParams) return body.get('grant_type') ?? undefined
  if (typeof body !== 'string' || !body.startsWith('{')) return undefined
  const { method } = JSON.parse(body) as { readonly method?: string }
  return method
}
