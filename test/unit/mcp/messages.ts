import type { RequestId } from '../../../src/mcp/index.ts'

export const REVISION = '2026-07-28'
export const REVISION_KEY = 'io.modelcontextprotocol/protocolVersion'

export function call(method: string, params?: unknown, id: RequestId = 7) {
  return { jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) }
}

/** A request of 2026-07-28. */
export function modernCall(method: string, params: object = {}, revision: unknown = REVISION) {
  return call(method, { ...params, _meta: { [REVISION_KEY]: revision } })
}

export function headers(lines: Readonly<Record<string, readonly string[]>>) {
  return (name: string): readonly string[] => (Object.hasOwn(lines, name) ? lines[name] : []) ?? []
}

export function modernHeaders(method: string, name?: string, more: object = {}) {
  return headers({
    'mcp-protocol-version': [REVISION],
    'mcp-method': [method],
    ...(name === undefined ? {} : { 'mcp-name': [name] }),
    ...more,
  })
}

export function encoded(text: string): string {
  return `=?base64?${Buffer.from(text).toString('base64')}?=`
}
