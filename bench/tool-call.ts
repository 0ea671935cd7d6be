import { getRequestListener } from '@hono/node-server'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { protect } from 'mcp-gatehouse/node'
import { createGate } from './gate.ts'
import type { Issuer } from './issuer.ts'
import { startLoad } from './load.ts'
import { createMcpServer, toolCall } from './mcp-server.ts'
import type { Budget, Measurement } from './measurement.ts'
import { compareOverSockets, type Listener } from './over-sockets.ts'

export const REQUESTS_PER_ROUND = 160

interface Mounting {
  readonly name: string
  readonly mount: (issuer: Issuer) => Record<'subject' | 'reference', Listener>
}

/** The same MCP server with and without the gate, in the two ways in which the SDK is mounted. */
const MOUNTINGS: readonly Mounting[] = [
  {
    name: 'on `node:http`',
    mount: (issuer) => {
      const mcp = toNodeHandler(createMcpServer())
      return { subject: protect(createGate(issuer), mcp), reference: mcp as Listener }
    },
  },
  {
    name: 'by `fetch`',
    mount: (issuer) => {
      const mcp = createMcpServer()
      return {
        subject: getRequestListener(createGate(issuer).protect(mcp.fetch)),
        reference: getRequestListener((request) => mcp.fetch(request)),
      }
    },
  },
]

/** Compares `tools/call` with and without the gate. Both sides are sent the same tokens. */
export async function compareToolCalls(
  issuer: Issuer,
  what: string,
  tokensOfRound: (round: number) => readonly string[],
  budget: Budget,
): Promise<readonly Measurement[]> {
  const load = startLoad()
  const measurements: Measurement[] = []
  for (const { name, mount } of MOUNTINGS) {
    const comparison = await compareOverSockets({
      ...mount(issuer),
      load,
      exchange: toolCall,
      tokensOfRound,
      requestsPerRound: REQUESTS_PER_ROUND,
    })
    measurements.push({ what: `${what}, ${name}`, budget, ...comparison })
  }
  load.close()
  return measurements
}
