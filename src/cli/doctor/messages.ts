import type { AskRequest } from './ask.ts'

type Fields = Readonly<Record<string, string>>

const META = 'io.modelcontextprotocol'
const CLIENT = { name: 'mcp-gatehouse-doctor', version: '1.0.0' }
const HEADERS = {
  'Content-Type': 'application/json',
  Accept: 'application/json, text/event-stream',
}

export const MODERN = '2026-07-28'
export const SESSIONS = '2025-11-25'

/** A request whose body is this text. */
export function post(body: string, headers: Fields = {}): AskRequest {
  return { method: 'POST', headers: { ...HEADERS, ...headers }, body }
}

/** A request as clients up to 2025-11-25 send it. */
export function message(
  method: string,
  params: Readonly<Record<string, unknown>> = {},
  headers: Fields = {},
): AskRequest {
  return post(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }), headers)
}

/** What opens a session, or would. */
export function initialize(headers: Fields = {}): AskRequest {
  const params = { protocolVersion: SESSIONS, capabilities: {}, clientInfo: CLIENT }
  return message('initialize', params, headers)
}

/** A request as clients of 2026-07-28 send it. */
export function modernMessage(
  method: string,
  headers: Fields = {},
  params: Readonly<Record<string, unknown>> = {},
): AskRequest {
  const meta = {
    [`${META}/protocolVersion`]: MODERN,
    [`${META}/clientInfo`]: CLIENT,
    [`${META}/clientCapabilities`]: {},
  }
  const mirrored = { 'MCP-Protocol-Version': MODERN, 'Mcp-Method': method }
  return message(method, { _meta: meta, ...params }, { ...mirrored, ...headers })
}

const ping = (id: number) => ({ jsonrpc: '2.0', id, method: 'ping' })

/** Two messages at once, which 2025-03-26 has and later revisions have not. */
export function batch(headers: Fields = {}): AskRequest {
  return post(JSON.stringify([ping(1), ping(2)]), headers)
}
