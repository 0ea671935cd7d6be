import type { McpServer } from '@modelcontextprotocol/server'
import type { Connections } from 'mcp-gatehouse/connections'

export function addTools(server: McpServer, connections: Connections<'github'>): void {
  server.registerTool(
    'list_issues',
    { description: 'Lists what is assigned to you' },
    connections.require('github', async ({ github }) => {
      const answer = await github.fetch('https://api.github.com/issues')
      return { content: [{ type: 'text', text: await answer.text() }] }
    }),
  )
}
