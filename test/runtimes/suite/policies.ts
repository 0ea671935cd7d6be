import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { definePolicy } from 'mcp-gatehouse'
import { guard } from 'mcp-gatehouse/sdk'
import * as z from 'zod'
import { equal } from './assert.ts'
import { createWorld } from './gatehouse.ts'
import { createIssuer, RESOURCE } from './issuer.ts'
import type { SuiteCase } from './suite-case.ts'

const policy = definePolicy({ tools: { read_note: 'notes:read', delete_note: 'notes:delete' } })

const mcp = createMcpHandler(() => {
  const server = guard(new McpServer({ name: 'notes', version: '1.0.0' }), policy)
  for (const name of ['read_note', 'delete_note']) {
    server.registerTool(name, { inputSchema: z.object({}) }, () => ({
      content: [{ type: 'text', text: name }],
    }))
  }
  return server
})

/** One policy, at the gate and around the handlers. */
export const POLICIES: readonly SuiteCase[] = (['legacy', 'auto'] as const).flatMap((mode) => [
  {
    title: `SEC-385 a policy: the list shows what may be called, the rest is a 403 (${mode})`,
    async run() {
      const issuer = await createIssuer()
      const { gatehouse } = createWorld(issuer, { policy })
      const refused: (string | null)[] = []
      const client = await connect(mode, await issuer.mint(), async (request) => {
        const answer = await gatehouse.protect(mcp.fetch)(request)
        if (answer.status === 403) refused.push(answer.headers.get('www-authenticate'))
        return answer
      })
      equal(await toolsOf(client), ['read_note'])
      equal(await textOf(client, 'read_note'), 'read_note')
      equal(await textOf(client, 'delete_note'), undefined)
      equal(
        refused.map((challenge) => challenge?.includes('error="insufficient_scope"')),
        [true],
      )
      await client.close()
    },
  },
])

async function connect(
  mode: 'legacy' | 'auto',
  token: string,
  fetch: (request: Request) => Promise<Response>,
): Promise<Client> {
  const client = new Client({ name: 'smoke', version: '1.0.0' }, { versionNegotiation: { mode } })
  const transport = new StreamableHTTPClientTransport(new URL(RESOURCE), {
    fetch: async (url, init) => fetch(new Request(url, init)),
    requestInit: { headers: { Authorization: `Bearer ${token}` } },
  })
  await client.connect(transport)
  return client
}

async function toolsOf(client: Client): Promise<readonly string[]> {
  const { tools } = await client.listTools()
  return tools.map(({ name }) => name)
}

/** The text of the tool's answer; `undefined` where the call was refused. */
async function textOf(client: Client, name: string): Promise<string | undefined> {
  const result = await client.callTool({ name, arguments: {} }).catch(() => undefined)
  const [content] = result?.content ?? []
  return content?.type === 'text' ? content.text : undefined
}
