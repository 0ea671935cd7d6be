import { createMcpHandler, createRequestStateCodec, McpServer } from '@modelcontextprotocol/server'
import {
  createResourceServer,
  type PolicyOptions,
  type Principal,
  type ResourceServer,
} from 'mcp-gatehouse'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { HandlerAnswer } from '../adapters/platforms/index.ts'
import type { WireRequest } from '../adapters/wire.ts'
import { ourHeaders } from '../adapters/wire.ts'
import { post, RESOURCE } from '../adapters/world.ts'
import { ACCEPT, ask, messageOf, modernMeta } from './eras.ts'
import { registerInputRequiredTools } from './everything/input-required-tools.ts'
import { createMint, openPolicyWorld } from './policy-world.ts'

const MODERN = '2026-07-28'
const CACHE = { ttlMs: 60_000, cacheScope: 'public' as const }

const policy: PolicyOptions = {
  tools: { '*': [], write_note: 'notes:write' },
  prompts: { '*': [] },
  resources: { '{+uri}': [] },
  unlisted: 'authenticated',
}

/** Binds the state of a call to whom the gate says that the caller is, and to the method. */
const codec = createRequestStateCodec<object>({
  key: 'a secret of this test: 32 bytes or more',
  bind: ({ http, mcpReq }) => {
    const principal = http?.authInfo?.extra?.['principal'] as Principal | undefined
    return JSON.stringify([principal?.id, mcpReq.method])
  },
})

/** The real server of SDK v2, as it is used without a gate too. */
const handler = createMcpHandler(() => {
  const server = new McpServer(
    { name: 'notes', version: '1.0.0' },
    {
      capabilities: { extensions: { 'io.modelcontextprotocol/oauth-client-credentials': {} } },
      cacheHints: { 'tools/list': CACHE, 'server/discover': CACHE },
      requestState: { verify: (state, context) => codec.verify(state, context) },
    },
  )
  registerInputRequiredTools(server)
  const inputSchema = z.object({})
  server.registerTool('read_notes', { inputSchema }, () => ({ content: [] }))
  server.registerTool('write_note', { inputSchema }, () => ({ content: [] }))
  server.registerTool('two_rounds', { inputSchema }, async (_args, context) => {
    const known = context.mcpReq.requestState<object>()
    if (known !== undefined) return { content: [{ type: 'text', text: 'second round' }] }
    return { resultType: 'input_required', requestState: await codec.mint({}, context) } as never
  })
  return server
})

const issuer = await createTokenIssuer()
const mint = createMint({ issuer })
const gatehouse = createResourceServer({
  resource: RESOURCE,
  authorizationServers: [issuer.issuer],
  allowInsecureLoopback: true,
  policy,
})
afterAll(() => Promise.all([issuer.close(), handler.close()]))

type Params = Readonly<Record<string, unknown>>
type Answer = Required<HandlerAnswer> & { readonly body: string }

async function read(answer: Response): Promise<Answer> {
  const headers = Object.entries(ourHeaders(answer.headers))
  return { status: answer.status, headers, body: await answer.text() }
}

function toRequest({ method = 'GET', headers = [], body }: WireRequest): Request {
  const fields = headers.map(([name, value]): [string, string] => [name, value])
  return new Request(RESOURCE, { method, headers: fields, ...(body === undefined ? {} : { body }) })
}

const bare = async (request: WireRequest): Promise<Answer> =>
  read(await handler.fetch(toRequest(request)))

function gated(server: ResourceServer, request: WireRequest): Promise<Answer> {
  return server.protect(handler.fetch)(toRequest(request)).then(read)
}

/** A request of 2026-07-28, with the capabilities of the client. */
const modern = (token: string, method: string, params: Params = {}, capabilities: Params = {}) =>
  ask(MODERN, token, method, { ...params, _meta: modernMeta(capabilities) })

/** A request that names a revision that nobody knows, in header and body. */
function futuristic(token: string): WireRequest {
  const params = { _meta: modernMeta({}, '2027-01-01') }
  const lines = [
    ['MCP-Protocol-Version', '2027-01-01'],
    ['Mcp-Method', 'tools/list'],
  ] as const
  return post(
    messageOf('2025-11-25', 'tools/list', params, 1),
    ACCEPT,
    ['Authorization', `Bearer ${token}`],
    ...lines,
  )
}

const CASES: readonly (readonly [
  what: string,
  request: (token: string) => WireRequest,
  status: number,
  code: number | undefined,
])[] = [
  ['RS-22 a revision that the server does not know', futuristic, 400, -32_022],
  [
    'RS-22 a method that the server does not know',
    (token) => modern(token, 'notes/fold'),
    404,
    -32_601,
  ],
  [
    'RS-22 a capability that the client lacks',
    (token) => modern(token, 'tools/call', { name: 'test_missing_capability' }),
    400,
    -32_021,
  ],
  [
    'RS-28 questions to the client, as far as it declares them',
    (token) =>
      modern(
        token,
        'tools/call',
        { name: 'test_input_required_result_elicitation' },
        { elicitation: {} },
      ),
    200,
    undefined,
  ],
  [
    'RS-28 questions of a prompt',
    (token) =>
      modern(
        token,
        'prompts/get',
        { name: 'test_input_required_result_prompt' },
        { elicitation: {} },
      ),
    200,
    undefined,
  ],
  [
    'RS-28 an answer to a question',
    (token) =>
      modern(
        token,
        'tools/call',
        {
          name: 'test_input_required_result_elicitation',
          inputResponses: { user_name: { action: 'accept', content: { name: 'Ada' } } },
        },
        { elicitation: {} },
      ),
    200,
    undefined,
  ],
  [
    'RS-26 a state that the server did not make',
    (token) => modern(token, 'tools/call', { name: 'two_rounds', requestState: 'forged' }),
    200,
    -32_602,
  ],
  [
    'RS-29 the extensions that the server declares',
    (token) => modern(token, 'server/discover'),
    200,
    undefined,
  ],
]

// What these answers say is the server's part; that they arrive as they are is the gate's.
describe('answers of the server pass unchanged', async () => {
  const token = await mint('notes:write')
  const answers = await Promise.all(CASES.map(([, request]) => bare(request(token))))

  test.each(CASES.map((row, index) => [row[0], row, answers[index]] as const))(
    '%s',
    async (_what, [, request, status, code], answer) => {
      expect([answer?.status, JSON.parse(answer?.body ?? '').error?.code]).toEqual([status, code])
      expect(await gated(gatehouse, request(token))).toEqual(answer)
    },
  )

  test('RS-22 RS-26 RS-28 RS-29 on every platform', async () => {
    let current: Answer | undefined
    const world = await openPolicyWorld({ server: { policy }, handler: () => current ?? {} })
    const own = await createMint(world)('notes:write')
    for (const [, app] of world.apps) {
      for (const [index, [what, request]] of CASES.entries()) {
        current = answers[index]
        const { status, headers, body } = await app.send(request(own))
        expect([what, status, headers, body]).toEqual([
          what,
          current?.status,
          Object.fromEntries(current?.headers ?? []),
          current?.body,
        ])
      }
    }
    expect(world.takeSeen()).toHaveLength(world.apps.length * CASES.length)
    await world.close()
  })
})

test('RS-29 the extensions of the server stand in its discovery', async () => {
  const { body } = await gated(gatehouse, modern(await mint(''), 'server/discover'))
  expect(JSON.parse(body).result.capabilities.extensions).toEqual({
    'io.modelcontextprotocol/oauth-client-credentials': {},
  })
})

test('RS-23 what two callers get of one list is private to each', async () => {
  const [writer, reader] = await Promise.all([mint('notes:write'), mint('notes:read')])
  const list = async (token: string, send: (request: WireRequest) => Promise<Answer>) => {
    const { result } = JSON.parse((await send(modern(token, 'tools/list'))).body)
    const names: string[] = result.tools.map(({ name }: { name: string }) => name)
    return { ...result, tools: names }
  }
  const all = await list(writer, bare)
  expect(all).toMatchObject(CACHE)
  expect(all.tools).toContain('write_note')
  const through = (request: WireRequest) => gated(gatehouse, request)
  expect(await list(writer, through)).toEqual({ ...all, cacheScope: 'private' })
  expect(await list(reader, through)).toEqual({
    ...all,
    cacheScope: 'private',
    tools: all.tools.filter((name: string) => name !== 'write_note'),
  })
  // Of lists that are the same for everybody nothing has to change but that.
  const discovered = JSON.parse((await through(modern(reader, 'server/discover'))).body).result
  expect(discovered).toMatchObject(CACHE)
})

// Sealing the state and refusing a foreign one is the server's part, here the SDK's; the gate says
// who is calling, and lets the state through as it is.
test('RS-26 RS-27 the state of a call is of one caller and one method', async () => {
  const send = (token: string, params: Params) =>
    gated(gatehouse, modern(token, 'tools/call', { name: 'two_rounds', ...params })).then(
      ({ body }) => JSON.parse(body),
    )
  const who = { sub: 'alice' }
  const [alice, renewed, bob] = await Promise.all([
    mint('', who),
    mint('notes:read', who),
    mint(''),
  ])
  const { requestState } = (await send(alice, {})).result
  expect(requestState).toEqual(expect.any(String))
  for (const token of [alice, renewed]) {
    expect((await send(token, { requestState })).result.content).toEqual([
      { type: 'text', text: 'second round' },
    ])
  }
  // Not the last character: some of its bits say nothing, and the codec of the SDK ignores them.
  const flipped = requestState.replace(/^./, (first: string) => (first === 'A' ? 'B' : 'A'))
  for (const [token, state] of [
    [bob, requestState],
    [alice, `${requestState}x`],
    [alice, flipped],
  ] as const) {
    expect((await send(token, { requestState: state })).error.code).toBe(-32_602)
  }
})

test('RS-26 a state does not stand in for what the policy asks', async () => {
  const token = await mint('')
  const { requestState } = JSON.parse(
    (await gated(gatehouse, modern(token, 'tools/call', { name: 'two_rounds' }))).body,
  ).result
  const params = { name: 'write_note', requestState, inputResponses: {} }
  expect((await gated(gatehouse, modern(token, 'tools/call', params))).status).toBe(403)
})

test('RS-22 the gate refuses an unknown method of its own like the server', async () => {
  const strict = createResourceServer({
    resource: RESOURCE,
    authorizationServers: [issuer.issuer],
    allowInsecureLoopback: true,
    policy: { tools: { '*': [] } },
  })
  const request = modern(await mint(''), 'notes/fold')
  const { status, body } = await gated(strict, request)
  expect([status, JSON.parse(body)]).toEqual([
    404,
    { jsonrpc: '2.0', id: 1, error: { code: -32_601, message: 'Method not found' } },
  ])
  expect(JSON.parse((await bare(request)).body)).toEqual(JSON.parse(body))
})
