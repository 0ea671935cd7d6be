import type { InboundRequest } from '../../../src/http/index.ts'

/** A request as an adapter would read it, with these field lines. */
export function inbound(
  headers: Readonly<Record<string, readonly string[]>>,
  rest: Partial<InboundRequest> = {},
): InboundRequest {
  return {
    method: 'GET',
    path: '/mcp',
    hasQueryToken: false,
    hasBody: () => false,
    header: (name) => headers[name] ?? [],
    peer: undefined,
    ...rest,
  }
}
