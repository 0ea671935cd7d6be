import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { McpServer as McpServerV2 } from '@modelcontextprotocol/server'
import type { RequireOptions, ToolConnections } from 'mcp-gatehouse/connections'
import * as z from 'zod'

type Connections = ToolConnections<'github' | 'jira'>

interface BuildOptions extends RequireOptions {
  /** Whether the server has the hook. */
  readonly hook?: boolean
  /** What the handlers were called with. */
  readonly ran?: string[]
}

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })

/** A server of SDK v2 whose tools, prompt and resource need connections. */
export function buildV2(
  connections: Connections,
  { hook = false, ran = [], ...options }: BuildOptions = {},
): McpServerV2 {
  const { requestState } = connections
  const server = new McpServerV2({ name: 'v2', version: '1' }, hook ? { requestState } : {})
  const input = { inputSchema: z.object({ repo: z.string().optional() }) }
  for (const name of ['list_issues', 'close_issues']) {
    server.registerTool(
      name,
      input,
      connections.require(
        'github',
        async ({ repo }, { github }) => {
          ran.push(`${name} ${repo}`)
          return text(await (await github.fetch(`https://api.example.com/${repo}`)).text())
        },
        options,
      ),
    )
  }
  server.registerTool(
    'sync',
    {},
    connections.require(
      ['github', 'jira'],
      async ({ github, jira }) => {
        ran.push('sync')
        const answers = await Promise.all([
          github.fetch('https://api.example.com/a'),
          jira.fetch('https://api.example.com/b'),
        ])
        return text((await Promise.all(answers.map(async (one) => one.text()))).join(', '))
      },
      options,
    ),
  )
  server.registerPrompt(
    'triage',
    {},
    connections.require(
      'github',
      async ({ github }) => ({
        messages: [
          { role: 'user' as const, content: { type: 'text' as const, text: github.account.name } },
        ],
      }),
      options,
    ),
  )
  server.registerResource(
    'issues',
    'issues://all',
    {},
    connections.require(
      'github',
      async (uri, { github }) => ({
        contents: [{ uri: uri.href, text: github.account.name }],
      }),
      options,
    ),
  )
  return server
}

/** The same of SDK v1. */
export function buildV1(
  connections: Connections,
  { ran = [], ...options }: BuildOptions = {},
): McpServerV1 {
  const server = new McpServerV1({ name: 'v1', version: '1' })
  server.registerTool(
    'list_issues',
    { inputSchema: { repo: z.string().optional() } },
    connections.require(
      'github',
      async ({ repo }, { github }) => {
        ran.push(`list_issues ${repo}`)
        return text(await (await github.fetch(`https://api.example.com/${repo}`)).text())
      },
      options,
    ),
  )
  server.registerTool(
    'sync',
    {},
    connections.require(
      ['github', 'jira'],
      async ({ github, jira }) => {
        ran.push('sync')
        const answers = await Promise.all([
          github.fetch('https://api.example.com/a'),
          jira.fetch('https://api.example.com/b'),
        ])
        return text((await Promise.all(answers.map(async (one) => one.text()))).join(', '))
      },
      options,
    ),
  )
  server.registerPrompt(
    'triage',
    {},
    connections.require(
      'github',
      async ({ github }) => ({
        messages: [
          { role: 'user' as const, content: { type: 'text' as const, text: github.account.name } },
        ],
      }),
      options,
    ),
  )
  server.registerResource(
    'issues',
    'issues://all',
    {},
    connections.require(
      'github',
      async (uri, { github }) => ({
        contents: [{ uri: uri.href, text: github.account.name }],
      }),
      options,
    ),
  )
  return server
}
