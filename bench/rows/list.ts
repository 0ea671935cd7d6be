import { getRequestListener } from '@hono/node-server'
import { toNodeHandler } from '@modelcontextprotocol/node'
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  createMcpHandler,
  type McpHttpHandler,
  McpServer,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/server'
import type { ResourceServer } from 'mcp-gatehouse'
import { protect } from 'mcp-gatehouse/node'
import { z } from 'zod'
import { createGate } from '../gate.ts'
import { type Issuer, startIssuer } from '../issuer.ts'
import { type Exchange, startLoad } from '../load.ts'
import type { Measurement } from '../measurement.ts'
import { compareOverSockets, type Listener } from '../over-sockets.ts'
import { createPolicyGate, createToolPolicy, toolNames } from './policy-gate.ts'

const TOOLS = 1_000
const TOKENS = 16
/** One per connection: the SDK takes more than 20 ms for a list of 1,000 tools. */
const REQUESTS_PER_ROUND = 16
const PROTOCOL_VERSION = '2026-07-28'

interface Mounting {
  readonly name: string
  readonly mount: (mcp: McpHttpHandler, gate: ResourceServer | undefined) => Listener
}

const MOUNTINGS: readonly Mounting[] = [
  {
    name: 'on `node:http`',
    mount(mcp, gate) {
      const handler = toNodeHandler(mcp)
      return gate === undefined ? (handler as Listener) : protect(gate, handler)
    },
  },
  {
    name: 'by `fetch`',
    mount: (mcp, gate) =>
      getRequestListener(gate?.protect(mcp.fetch) ?? ((request) => mcp.fetch(request))),
  },
]

/** `tools/list` of 1,000 tools, filtered by a policy ÷ the same through a gate without one, or none. */
export async function measure(): Promise<readonly Measurement[]> {
  const issuer = await startIssuer()
  const tokens = await issuer.mint(TOKENS)
  const load = startLoad()
  const measurements: Measurement[] = []
  for (const { name, mount } of MOUNTINGS) {
    for (const [without, gate] of references(issuer)) {
      const comparison = await compareOverSockets({
        subject: mount(createMcpServer(), createFilteringGate(issuer)),
        reference: mount(createMcpServer(), gate),
        load,
        exchange: toolList,
        tokensOfRound: () => tokens,
        requestsPerRound: REQUESTS_PER_ROUND,
      })
      const what = `\`tools/list\` of 1,000 tools with a policy ÷ ${without}, ${name}`
      measurements.push({ what, budget: { atLeast: 0.9 }, ...comparison })
    }
  }
  load.close()
  await issuer.close()
  return measurements
}

function references(issuer: Issuer): readonly (readonly [string, ResourceServer | undefined])[] {
  return [
    ['with the gate alone', createGate(issuer)],
    ['without a gate', undefined],
  ]
}

/** It hides the second half of the tools. */
function createFilteringGate(issuer: Issuer): ResourceServer {
  return createPolicyGate(issuer, createToolPolicy(TOOLS / 2))
}

function createMcpServer(): McpHttpHandler {
  const inputSchema = z.object({ text: z.string() })
  return createMcpHandler(() => {
    const server = new McpServer({ name: 'bench', version: '1.0.0' })
    for (const name of toolNames(TOOLS)) {
      server.registerTool(name, { description: 'Says it again.', inputSchema }, ({ text }) => ({
        content: [{ type: 'text', text }],
      }))
    }
    return server
  })
}

const toolList: Exchange = {
  path: '/mcp',
  method: 'POST',
  headers: {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': PROTOCOL_VERSION,
    'mcp-method': 'tools/list',
  },
  body: JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/list',
    params: {
      _meta: {
        [PROTOCOL_VERSION_META_KEY]: PROTOCOL_VERSION,
        [CLIENT_INFO_META_KEY]: { name: 'bench', version: '1.0.0' },
        [CLIENT_CAPABILITIES_META_KEY]: {},
      },
    },
  }),
}
