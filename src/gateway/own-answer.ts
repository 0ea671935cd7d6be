import type { ServerResponse } from 'node:http'

/** Sends an answer of the gateway itself, as JSON that no cache keeps. */
export function sendOwnAnswer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  })
  response.end(text)
}

/** The body of an error that is not of OAuth or JSON-RPC. */
export function errorBody(error: string, description: string): unknown {
  return { error, error_description: description }
}

/** A tool's own failure (MCP, "Error Handling"): the model is told, and the client keeps its token. */
export function toolFailure(parsedBody: unknown, text: string): unknown {
  const { id, method } = (parsedBody ?? {}) as { readonly id?: unknown; readonly method?: unknown }
  if (method !== 'tools/call' || id === undefined) return undefined
  const content = [{ type: 'text', text }]
  return { jsonrpc: '2.0', id, result: { resultType: 'complete', content, isError: true } }
}
