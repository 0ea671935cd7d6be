import { Server as ServerV1 } from '@modelcontextprotocol/sdk/server/index.js'
import {
  CallToolRequestSchema,
  ListToolsRequestSchema,
  SubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { InMemoryTransport, Server as ServerV2 } from '@modelcontextprotocol/server'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { requireOwner } from '../../src/context/index.ts'
import { definePolicy } from '../../src/policy/index.ts'
import { guard } from '../../src/sdk/index.ts'
import { authInfoOf } from './servers.ts'

const policy = definePolicy({
  tools: { read: 'a', write: 'b' },
  resources: { 'repo://a/{name}': 'a' },
  methods: { 'acme/search': 'a', 'acme/purge': 'b', 'tools/list': 'a' },
})
const CAPABILITIES = { capabilities: { tools: {}, resources: { subscribe: true } } }
const LIST = { tools: ['read', 'write'].map((name) => ({ name, inputSchema: OBJECT() })) }

function OBJECT() {
  return { type: 'object' as const }
}

interface Ask {
  (method: string, params?: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>
}

/** Sends bare messages, as no client of an SDK would. */
async function openWire(server: ServerV1 | ServerV2, scope: string | undefined): Promise<Ask> {
  const [near, far] = InMemoryTransport.createLinkedPair()
  const authInfo = scope === undefined ? undefined : authInfoOf({ sub: 'alice', scope })
  const waiting = new Map<unknown, (answer: Record<string, unknown>) => void>()
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- transports have no other way
  near.onmessage = (message) => {
    if ('id' in message) waiting.get(message.id)?.(message)
  }
  await near.start()
  await (server as ServerV2).connect(far)
  let lastId = 0
  return (method, params) => {
    const { promise, resolve } = Promise.withResolvers<Record<string, unknown>>()
    lastId += 1
    waiting.set(lastId, resolve)
    const message = { jsonrpc: '2.0' as const, id: lastId, method, ...(params && { params }) }
    void near.send(message, authInfo && { authInfo })
    return promise
  }
}

function buildV1(called: string[]): ServerV1 {
  const server = guard(new ServerV1({ name: 'v1', version: '1' }, CAPABILITIES), policy)
  server.setRequestHandler(ListToolsRequestSchema, () => LIST)
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
    called.push(params.name)
    requireOwner('nobody')
    return { content: [] }
  })
  server.setRequestHandler(SubscribeRequestSchema, ({ params }) => {
    called.push(params.uri)
    return {}
  })
  const Search = z.object({ method: z.literal('acme/search') })
  const Purge = z.object({ method: z.literal('acme/purge') })
  const Other = z.object({ method: z.literal('acme/other') })
  for (const schema of [Search, Purge, Other]) {
    server.setRequestHandler(schema, ({ method }) => {
      called.push(method)
      return {}
    })
  }
  return server
}

function buildV2(called: string[]): ServerV2 {
  const server = guard(new ServerV2({ name: 'v2', version: '1' }, CAPABILITIES), policy)
  server.setRequestHandler('tools/list', () => LIST)
  server.setRequestHandler('tools/call', ({ params }) => {
    called.push(params.name)
    requireOwner('nobody')
    return { content: [] }
  })
  server.setRequestHandler('resources/subscribe', ({ params }) => {
    called.push(params.uri)
    return {}
  })
  for (const method of ['acme/search', 'acme/purge', 'acme/other']) {
    server.setRequestHandler(method, { params: z.object({}) }, () => {
      called.push(method)
      return {}
    })
  }
  return server
}

describe.each([
  ['v1', buildV1],
  ['v2', buildV2],
] as const)('a low-level server of SDK %s', (_version, build) => {
  test('is guarded, and only for tools that the caller may use', async () => {
    const called: string[] = []
    const ask = await openWire(build(called), 'a')
    const { result } = (await ask('tools/list')) as { result: typeof LIST }
    expect(result.tools.map(({ name }) => name)).toEqual(['read'])
    expect(await ask('tools/call', { name: 'write' })).toMatchObject({
      result: { isError: true, content: [{ text: expect.stringContaining('needed: b: ') }] },
    })
    expect(called).toEqual([])
  })

  test('turns what its handlers deny into a tool error', async () => {
    const called: string[] = []
    const ask = await openWire(build(called), 'a')
    expect(await ask('tools/call', { name: 'read' })).toMatchObject({
      result: { isError: true, content: [{ text: expect.stringContaining('Not allowed') }] },
    })
    expect(called).toEqual(['read'])
  })

  test('is guarded for subscriptions and for methods of its own', async () => {
    const called: string[] = []
    const ask = await openWire(build(called), 'a')
    expect(await ask('resources/subscribe', { uri: 'repo://a/x' })).toMatchObject({ result: {} })
    expect(await ask('resources/subscribe', { uri: 'repo://b/x' })).toMatchObject({
      error: { code: -32_602 },
    })
    expect(await ask('acme/search', {})).toMatchObject({ result: {} })
    expect(await ask('acme/purge', {})).toMatchObject({
      error: { code: -32_003, data: { error: 'insufficient_scope', scope: 'b' } },
    })
    const unknown = await ask('acme/unknown', {})
    expect(await ask('acme/other', {})).toEqual({ ...unknown, id: expect.any(Number) })
    expect(called).toEqual(['repo://a/x', 'acme/search'])
  })

  test('is guarded in its fallback handler', async () => {
    const called: string[] = []
    const server = build([])
    server.fallbackRequestHandler = async ({ method }: { method: string }) => {
      called.push(method)
      return {}
    }
    const ask = await openWire(server, 'b')
    expect(await ask('resources/read', { uri: 'repo://a/x' })).toMatchObject({
      error: { code: -32_003, data: { scope: 'a' } },
    })
    expect(await ask('acme/unknown', {})).toMatchObject({ error: { code: -32_601 } })
    expect(called).toEqual([])

    const allowed = await openWire(Object.assign(build([]), fallback(called)), 'a')
    expect(await allowed('resources/read', { uri: 'repo://a/x' })).toMatchObject({ result: {} })
    expect(called).toEqual(['resources/read'])
  })

  test('opens a connection for nobody, and nothing more', async () => {
    const ask = await openWire(build([]), undefined)
    const clientInfo = { name: 'client', version: '1' }
    const hello = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo }
    expect(await ask('initialize', hello)).toHaveProperty('result.serverInfo')
    expect(await ask('ping')).toMatchObject({ result: {} })
    expect(await ask('tools/list')).toMatchObject({ error: { code: -32_003 } })
    expect(await ask('acme/search', {})).toMatchObject({ error: { code: -32_003 } })
  })

  test.each([
    ['tools/call', {}],
    ['tools/call', { name: 7 }],
    ['tools/call', { name: 'read', arguments: [] }],
    ['tools/call', undefined],
    ['resources/subscribe', { uri: 'no uri' }],
    ['resources/subscribe', { uri: 'repo://a/../b' }],
  ])('answers a malformed %s %j with an error', async (method, params) => {
    const called: string[] = []
    const ask = await openWire(build(called), 'a b')
    expect(await ask(method, params)).toHaveProperty('error.code')
    expect(called).toEqual([])
  })
})

function fallback(called: string[]) {
  return {
    fallbackRequestHandler: async ({ method }: { method: string }) => {
      called.push(method)
      return { contents: [] }
    },
  }
}
