import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  createMcpHandler,
  type McpHttpHandler,
  McpServer,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Exchange } from './load.ts'

const PROTOCOL_VERSION = '2026-07-28'

/** An MCP server on the SDK v2 with one tool, built per request as the SDK prescribes. */
export function createMcpServer(): McpHttpHandler {
  return createMcpHandler(() => {
    const server = new McpServer({ name: 'bench', version: '1.0.0' })
    server.registerTool(
      'echo',
      { description: 'Says it again.', inputSchema: z.object({ text: z.string() }) },
      ({ text }) => ({ content: [{ type: 'text', text }] }),
    )
    return server
  })
}

/** The `tools/call` that every round sends. */
export const toolCall: Exchange = {
  path: '/mcp',
  method: 'POST',
  headers: {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': PROTOCOL_VERSION,
    'mcp-method': 'tools/call',
    'mcp-name': 'echo',
  },
  body: JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      name: 'echo',
      arguments: { text: 'hello' },
      _meta: {
        [PROTOCOL_VERSION_META_KEY]: PROTOCOL_VERSION,
        [CLIENT_INFO_META_KEY]: { name: 'bench', version: '1.0.0' },
        [CLIENT_CAPABILITIES_META_KEY]: {},
      },
    },
  }),
}
