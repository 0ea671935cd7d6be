import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { expect, test } from 'vitest'

test('RS-01 a stdio server works without OAuth, and nobody is the current principal', async () => {
  const client = new Client({ name: 'stdio-client', version: '1.0.0' })
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: ['--conditions=mcp-gatehouse-source', join(import.meta.dirname, 'stdio-server.ts')],
    }),
  )
  const result = await client.callTool({ name: 'whoami', arguments: {} })
  await client.close()
  expect(result.content).toEqual([
    { type: 'text', text: '{"principal":"undefined","http":"undefined"}' },
  ])
})
