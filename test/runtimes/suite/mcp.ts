import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { equal } from './assert.ts'
import { createWorld } from './gatehouse.ts'
import { createIssuer, RESOURCE } from './issuer.ts'
import { notes } from './notes-server.ts'
import type { SuiteCase } from './suite-case.ts'

/** The official client and server of the SDK v2 with the gate between them. */
export const MCP: readonly SuiteCase[] = (['legacy', 'auto'] as const).map((mode) => ({
  title: `SEC-385 the SDK's client lists and calls the tools of the SDK's server (${mode})`,
  async run() {
    const issuer = await createIssuer()
    const { gatehouse } = createWorld(issuer)
    const fetch = gatehouse.protect(notes.fetch)
    const transport = new StreamableHTTPClientTransport(new URL(RESOURCE), {
      fetch: (url, init) => fetch(new Request(url, init)),
      requestInit: { headers: { Authorization: `Bearer ${await issuer.mint()}` } },
    })
    const client = new Client({ name: 'smoke', version: '1.0.0' }, { versionNegotiation: { mode } })
    await client.connect(transport)
    const { tools } = await client.listTools()
    equal(
      tools.map(({ name }) => name),
      ['whoami'],
    )
    const { content } = await client.callTool({ name: 'whoami', arguments: {} })
    equal(content, [{ type: 'text', text: '["client-1",["notes:read","notes:write"]]' }])
    await client.close()
  },
}))
