import { Client as ClientV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport as InMemoryTransportV1 } from '@modelcontextprotocol/sdk/inMemory.js'
import { completable as completableV1 } from '@modelcontextprotocol/sdk/server/completable.js'
import {
  McpServer as McpServerV1,
  ResourceTemplate as ResourceTemplateV1,
} from '@modelcontextprotocol/sdk/server/mcp.js'
import {
  completable as completableV2,
  InMemoryTransport as InMemoryTransportV2,
  McpServer as McpServerV2,
  ResourceTemplate as ResourceTemplateV2,
} from '@modelcontextprotocol/server'
import * as z from 'zod'
import { type AuthInfo, buildAuthInfo, buildPrincipal } from '../../src/principal/index.ts'
import { requireScopes } from '../../src/sdk/index.ts'

const SERVER = {
  resource: 'https://mcp.example.com/mcp',
  metadataUrl: 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp',
}

/** What the clients of both SDKs have in common. */
export interface TestClient {
  callTool(params: { name: string; arguments?: Record<string, unknown> }): Promise<unknown>
  getPrompt(params: { name: string }): Promise<unknown>
  readResource(params: { uri: string }): Promise<unknown>
  complete(params: {
    ref: { type: 'ref/prompt'; name: string } | { type: 'ref/resource'; uri: string }
    argument: { name: string; value: string }
  }): Promise<unknown>
  listTools(): Promise<{ tools: { name: string }[] }>
  listPrompts(): Promise<{ prompts: { name: string }[] }>
  listResources(): Promise<{ resources: { uri: string }[] }>
  listResourceTemplates(): Promise<{ resourceTemplates: { uriTemplate: string }[] }>
  close(): Promise<void>
}

/** Claims of a caller; `undefined` for nobody. */
export type Caller = Readonly<Record<string, unknown>> | 'foreign token' | undefined

/** One of the SDKs: a server with the same tools, prompts and resources, and its own client. */
export interface Sdk<Server> {
  create(capabilities?: 'declared'): Server
  /** Registers everything; handlers report to `called`. */
  fill(server: Server, called: string[]): void
  connect(server: Server, caller: Caller): Promise<TestClient>
}

export function authInfoOf(caller: Exclude<Caller, string>): AuthInfo | undefined {
  if (caller === undefined) return undefined
  const principal = buildPrincipal('https://as.example.com', caller, {}, caller)
  if (principal === undefined) throw new Error('no principal')
  return buildAuthInfo({ token: 'token', principal, expiresAt: 4_102_444_800 }, SERVER)
}

/** What another verifier makes of a token. */
const FOREIGN = { token: 'token', clientId: 'app', scopes: ['repo:admin'], extra: { sub: 'alice' } }

const DECLARED = { capabilities: { tools: {}, prompts: {}, resources: {} } }

export const sdkV1: Sdk<McpServerV1> = {
  create: (capabilities) =>
    new McpServerV1({ name: 'v1', version: '1.0.0' }, capabilities && DECLARED),
  fill: (server, called) => {
    const answer = (name: string) => {
      called.push(name)
      return { content: [{ type: 'text' as const, text: name }] }
    }
    for (const name of ['list_repos', 'admin_stats', 'ping_repo']) {
      server.registerTool(name, {}, () => answer(name))
    }
    server.registerTool('delete_repo', { inputSchema: { force: z.boolean() } }, () =>
      answer('delete_repo'),
    )
    server.registerTool('read_file', {}, (extra) => {
      requireScopes(extra, 'repo:secret')
      return answer('read_file')
    })
    for (const name of ['summary', 'board_report']) {
      const argsSchema = { year: completableV1(z.string().optional(), () => ['2025', '2026']) }
      server.registerPrompt(name, { argsSchema }, () => prompt(called, name))
    }
    server.registerResource('readme', 'repo://public/readme', {}, (uri) => read(called, uri))
    server.registerResource('payroll', 'repo://private/payroll', {}, (uri) => read(called, uri))
    const template = new ResourceTemplateV1('repo://files/{name}', {
      list: undefined,
      complete: { name: () => ['a', 'b'] },
    })
    server.registerResource('files', template, {}, (uri) => read(called, uri))
  },
  connect: async (server, caller) => {
    const [near, far] = InMemoryTransportV1.createLinkedPair()
    const send = near.send.bind(near)
    const authInfo = caller === 'foreign token' ? FOREIGN : authInfoOf(caller)
    near.send = (message) => send(message, { authInfo } as never)
    await server.connect(far)
    const client = new ClientV1({ name: 'client', version: '1.0.0' })
    await client.connect(near)
    return client
  },
}

export const sdkV2: Sdk<McpServerV2> = {
  create: (capabilities) =>
    new McpServerV2({ name: 'v2', version: '1.0.0' }, capabilities && DECLARED),
  fill: (server, called) => {
    const answer = (name: string) => {
      called.push(name)
      return { content: [{ type: 'text' as const, text: name }] }
    }
    for (const name of ['list_repos', 'admin_stats', 'ping_repo']) {
      server.registerTool(name, {}, () => answer(name))
    }
    const inputSchema = z.object({ force: z.boolean() })
    server.registerTool('delete_repo', { inputSchema }, () => answer('delete_repo'))
    server.registerTool('read_file', {}, (ctx) => {
      requireScopes(ctx, 'repo:secret')
      return answer('read_file')
    })
    for (const name of ['summary', 'board_report']) {
      const year = completableV2(z.string().optional(), () => ['2025', '2026'])
      server.registerPrompt(name, { argsSchema: z.object({ year }) }, () => prompt(called, name))
    }
    server.registerResource('readme', 'repo://public/readme', {}, (uri) => read(called, uri))
    server.registerResource('payroll', 'repo://private/payroll', {}, (uri) => read(called, uri))
    const template = new ResourceTemplateV2('repo://files/{name}', {
      list: undefined,
      complete: { name: () => ['a', 'b'] },
    })
    server.registerResource('files', template, {}, (uri) => read(called, uri))
  },
  connect: async (server, caller) => {
    const [near, far] = InMemoryTransportV2.createLinkedPair()
    const send = near.send.bind(near)
    const authInfo = caller === 'foreign token' ? FOREIGN : authInfoOf(caller)
    near.send = (message) => send(message, { authInfo } as never)
    await server.connect(far)
    const client = new ClientV2({ name: 'client', version: '1.0.0' })
    await client.connect(near)
    return client
  },
}

function prompt(called: string[], name: string) {
  called.push(name)
  return { messages: [{ role: 'user' as const, content: { type: 'text' as const, text: name } }] }
}

function read(called: string[], uri: URL) {
  called.push(uri.href)
  return { contents: [{ uri: uri.href, text: 'text' }] }
}

/** A result, or the error that stands for it, as the client sees it. */
export async function answerTo(request: Promise<unknown>): Promise<unknown> {
  try {
    return { result: await request }
  } catch (error) {
    const { code, message, data } = error as { code?: unknown; message?: unknown; data?: unknown }
    return { error: { code, message, data } }
  }
}
