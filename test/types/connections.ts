import {
  McpServer as McpServerV1,
  ResourceTemplate as ResourceTemplateV1,
} from '@modelcontextprotocol/sdk/server/mcp.js'
import {
  McpServer as McpServerV2,
  ResourceTemplate as ResourceTemplateV2,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { ToolConnections } from 'mcp-gatehouse/connections'
import * as z from 'zod'

declare const connections: ToolConnections<'github' | 'jira'>
const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })

const v2 = new McpServerV2({ name: 'v2', version: '1' }, { requestState: connections.requestState })
v2.registerTool(
  'input',
  { inputSchema: z.object({ repo: z.string() }) },
  connections.require('github', async ({ repo }, { github }, ctx) => {
    const name: string = repo
    const id: string | number = ctx.mcpReq.id
    // @ts-expect-error -- it was not required
    const { jira } = { github }
    return text(`${name} ${id} ${await github.accessToken()} ${jira}`)
  }),
)
v2.registerTool(
  'no input',
  {},
  connections.require(['github', 'jira'], async ({ github, jira }, ctx: ServerContext) => {
    await Promise.all([github.fetch('https://a'), jira.fetch('https://b')])
    return text(ctx.mcpReq.method)
  }),
)
v2.registerResource(
  'template',
  new ResourceTemplateV2('issues://{repo}', { list: undefined }),
  {},
  connections.require('jira', async (uri, { repo }, { jira }, ctx) => ({
    contents: [{ uri: uri.href, text: `${String(repo)} ${jira.fields['token']} ${ctx.mcpReq.id}` }],
  })),
)
v2.registerPrompt(
  'prompt',
  { argsSchema: z.object({ repo: z.string() }) },
  connections.require('jira', ({ repo }, { jira }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: repo + jira.account.name } }],
  })),
)

const v1 = new McpServerV1({ name: 'v1', version: '1' })
v1.registerTool(
  'input',
  { inputSchema: { repo: z.string() } },
  connections.require('github', async ({ repo }, { github }, extra) => {
    const id: string | number = extra.requestId
    return text(`${repo} ${id} ${await github.accessToken()}`)
  }),
)
v1.registerTool(
  'no input',
  {},
  connections.require('github', async ({ github }) => text(await github.accessToken())),
)
v1.registerResource(
  'template',
  new ResourceTemplateV1('issues://{repo}', { list: undefined }),
  {},
  connections.require('jira', async (uri, { repo }, { jira }) => ({
    contents: [{ uri: uri.href, text: `${String(repo)} ${jira.account.name}` }],
  })),
)

// @ts-expect-error -- no service has this name
connections.require('slack', () => text(''))
// @ts-expect-error -- no such mode
connections.require('github', () => text(''), { mode: 'later' })
