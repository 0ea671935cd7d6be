import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import type { Connections } from 'mcp-gatehouse/connections'
import * as z from 'zod'

export function createIssuesHandler(connections: Connections<'github' | 'jira'>) {
  return createMcpHandler(() => {
    const { requestState } = connections
    const server = new McpServer({ name: 'issues', version: '1.0.0' }, { requestState })

    server.registerTool(
      'list_issues',
      { inputSchema: z.object({ repository: z.string() }) },
      connections.require('github', async ({ repository }, { github }) => {
        const url = `https://api.github.com/repos/${repository}/issues`
        const answer = await github.fetch(url, { headers: { 'user-agent': 'issues' } })
        return { content: [{ type: 'text', text: await answer.text() }] }
      }),
    )

    server.registerTool(
      'compare',
      { description: 'Compares what is open at GitHub and in Jira' },
      connections.require(
        ['github', 'jira'],
        async ({ github, jira }) => {
          const [issues, tasks] = await Promise.all([
            github.fetch('https://api.github.com/issues'),
            jira.fetch('https://acme.atlassian.net/rest/api/3/search'),
          ])
          const text = `${await issues.text()}\n${await tasks.text()}`
          return { content: [{ type: 'text', text }] }
        },
        { purpose: 'to compare what is open' },
      ),
    )
    return server
  })
}
