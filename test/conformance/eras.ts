import type { WireRequest } from '../adapters/wire.ts'
import { bearer, post } from '../adapters/world.ts'

/** The revisions that gates meet, each with its own form of a request. */
export const ERAS = ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'] as const
export type Era = (typeof ERAS)[number]

type Params = Readonly<Record<string, unknown>>
type Lines = readonly (readonly [name: string, value: string])[]

const META = 'io.modelcontextprotocol'
const NAME_FIELDS: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/cancel': 'taskId',
}

/** What the `_meta` of a request of 2026-07-28 has to say. */
export function modernMeta(capabilities: Params = {}, revision = '2026-07-28'): Params {
  return {
    [`${META}/protocolVersion`]: revision,
    [`${META}/clientInfo`]: { name: 'client', version: '1.0.0' },
    [`${META}/clientCapabilities`]: capabilities,
  }
}

/** A JSON-RPC request as a client of the revision writes it; without an id a notification. */
export function messageOf(era: Era, method: string, params: Params = {}, id?: unknown): Params {
  const meta = era === '2026-07-28' ? { _meta: modernMeta() } : {}
  const identified = id === undefined ? {} : { id }
  return { jsonrpc: '2.0', ...identified, method, params: { ...meta, ...params } }
}

/** The field lines that a client of the revision sends with a request. */
export function linesOf(era: Era, method: string, params: Params = {}): Lines {
  if (era === '2025-03-26') return []
  if (era !== '2026-07-28') return [['MCP-Protocol-Version', era]]
  const name = params[NAME_FIELDS[method] ?? '']
  return [
    ['MCP-Protocol-Version', era],
    ['Mcp-Method', method],
    ...(typeof name === 'string' ? [['Mcp-Name', name] as const] : []),
  ]
}

/** A request over HTTP, as a client of the revision sends it. */
export function ask(
  era: Era,
  token: string,
  method: string,
  params: Params = {},
  { id = 1, lines = [] }: { readonly id?: unknown; readonly lines?: Lines } = {},
): WireRequest {
  const message = messageOf(era, method, params, id)
  return post(message, bearer(token), ACCEPT, ...linesOf(era, method, params), ...lines)
}

export const ACCEPT = ['Accept', 'application/json, text/event-stream'] as const
