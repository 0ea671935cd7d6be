import type { AuditEvent } from 'mcp-gatehouse'
import { afterEach, describe, expect, test } from 'vitest'
import type { ConnectSdkClient, SdkClient } from './clients/connected-client.ts'
import { connectMcpRemote } from './clients/mcp-remote.ts'
import { connectSdkV1, createSdkV1Client } from './clients/sdk-v1.ts'
import { createSdkV2Client } from './clients/sdk-v2.ts'
import { onExpress4, onExpress5 } from './servers/express.ts'
import { onFastify } from './servers/fastify.ts'
import { onHono } from './servers/hono.ts'
import { onNodeHttp } from './servers/node-http.ts'
import { createStatefulFixture, createStatelessFixture } from './servers/sdk-v1.ts'
import type { ServerFixture } from './servers/server-fixture.ts'
import { ALICE, startWorld, type World, type WorldOptions } from './world.ts'

const SCOPES = ['notes:read', 'notes:write', 'notes:private']
const POLICY = { tools: { whoami: [], add_note: 'notes:write', 'read_diary*': [] } }
const ADDED = { content: [{ type: 'text', text: 'added' }] }
const DIARY = { content: [{ type: 'text', text: 'dear diary' }] }
const SIGN_IN_AGAIN = 'Ask the user to sign in again and to allow it.'
const WITHOUT_REFRESH = { grantTypes: ['authorization_code'] }

const onV1Sessions = createStatefulFixture(async () => {})
const onV1SessionsInJson = createStatefulFixture(async () => {}, { enableJsonResponse: true })

const V2_SERVERS = [
  ['Express 5', onExpress5],
  ['Express 4', onExpress4],
  ['Hono', onHono],
  ['Fastify', onFastify],
  ['node:http', onNodeHttp],
] as const

const SERVERS = [
  ...V2_SERVERS,
  ['SDK v1 without sessions', createStatelessFixture(async () => {})],
  ['SDK v1 with sessions', onV1Sessions],
  ['SDK v1 with sessions and JSON answers', onV1SessionsInJson],
] as const

/** The clients that take a 403 for what it says. */
const STEPPING_UP = [
  ['the client of SDK v2', createSdkV2Client('auto')],
  ['the client of SDK v2 on an older revision', createSdkV2Client('legacy')],
  ['the client of SDK v2 without a refresh token', createSdkV2Client('auto', WITHOUT_REFRESH)],
  ['the client of SDK v1 without a refresh token', createSdkV1Client(WITHOUT_REFRESH)],
] as const

/** One challenge, one sign-in, one retry. */
const STEP_UP = [
  'POST /mcp tools/call 403',
  'POST /token authorization_code 200',
  'POST /mcp tools/call 200',
]

const opened: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const part of opened.splice(0).toReversed()) await part.close()
})

async function start(
  fixture: ServerFixture,
  gate: WorldOptions['gate'] = {},
): Promise<World & { readonly events: AuditEvent[] }> {
  const events: AuditEvent[] = []
  const onEvent = (event: AuditEvent): void => {
    events.push(event)
  }
  const world = await startWorld(fixture, {
    scopes: SCOPES,
    gate: { policy: POLICY, requiredScopes: [], challengeScopes: ['notes:read'], onEvent, ...gate },
  })
  opened.push(world)
  return { ...world, events }
}

async function connect(open: ConnectSdkClient, { serverUrl }: World): Promise<SdkClient> {
  const client = await open(serverUrl, ALICE)
  opened.push(client)
  client.exchanges.length = 0
  return client
}

/** The exchanges since the last look, without the stream that older revisions try to open. */
function takeExchanges({ exchanges }: SdkClient): readonly string[] {
  return exchanges.splice(0).filter((exchange) => !exchange.startsWith('GET /mcp '))
}

function wordsOf(scopes: string | undefined): readonly string[] {
  return (scopes ?? '').split(' ').toSorted()
}

describe.each(SERVERS)('%s', (_server, fixture) => {
  test.each(STEPPING_UP)('%s gets one more scope by one more sign-in', async (_client, open) => {
    const world = await start(fixture)
    const client = await connect(open, world)
    expect(client.requestedScopes()).toEqual(['notes:read'])

    await expect(client.callToolRaw('add_note')).rejects.toThrow(/^Unauthorized$/)
    await client.signIn()
    expect(await client.callToolRaw('add_note')).toMatchObject(ADDED)

    expect(takeExchanges(client)).toEqual(STEP_UP)
    expect(client.requestedScopes().map(wordsOf)).toEqual([
      ['notes:read'],
      ['notes:read', 'notes:write'],
    ])
    expect(wordsOf(client.grantedScopes())).toEqual(['notes:read', 'notes:write'])
    expectElevation(world.events, 'notes:write')
  })
})

describe.each([
  ['Express 5', onExpress5],
  ['node:http', onNodeHttp],
  ['SDK v1 with sessions', onV1Sessions],
] as const)('%s', (_server, fixture) => {
  test('the client of SDK v1 refreshes once and retries once', async () => {
    const client = await connect(connectSdkV1, await start(fixture))

    await expect(client.callToolRaw('add_note')).rejects.toThrow(/^Streamable HTTP error: /)

    expect(takeExchanges(client)).toEqual([
      'POST /mcp tools/call 403',
      'POST /token refresh_token 200',
      'POST /mcp tools/call 403',
    ])
    expect(client.requestedScopes()).toEqual(['notes:read'])
    expect(JSON.parse(await client.callTool('whoami', { note: '' }))).toMatchObject({
      scopes: ['notes:read'],
    })
  })

  test('the client of SDK v1 tells its user to sign in again', async () => {
    const client = await connect(connectSdkV1, await start(fixture))
    await expect(client.callToolRaw('add_note')).rejects.toThrow(SIGN_IN_AGAIN)
  })

  test('with challengeScopes the client of SDK v1 has enough from the first sign-in', async () => {
    const challengeScopes = ['notes:read', 'notes:write']
    const client = await connect(connectSdkV1, await start(fixture, { challengeScopes }))
    expect(client.requestedScopes()).toEqual(['notes:read notes:write'])

    expect(await client.callToolRaw('add_note')).toMatchObject(ADDED)
    expect(takeExchanges(client)).toEqual(['POST /mcp tools/call 200'])
  })

  test('mcp-remote holds the call until its user has signed in once more', async () => {
    const { serverUrl, events } = await start(fixture)
    const client = await connectMcpRemote(serverUrl, ALICE)
    opened.push(client)

    const call = client.callTool('add_note')
    const requested = await client.signIn()

    expect(await call).toBe('added')
    expect(wordsOf(requested)).toEqual(['notes:read', 'notes:write', 'offline_access'])
    expectElevation(events, 'notes:write')
  })

  test('a user who does not allow it is asked three times at most', async () => {
    const client = await connect(createSdkV2Client('auto'), await start(fixture))
    const attempt = async (): Promise<string> =>
      client.callToolRaw('add_note').then(
        () => 'allowed',
        (error: Error) => error.message,
      )

    let outcome = await attempt()
    for (let signIns = 0; outcome === 'Unauthorized' && signIns < 5; signIns += 1) {
      await client.signIn({ ...ALICE, scopes: ['notes:read'] })
      outcome = await attempt()
    }

    expect(outcome).toContain(SIGN_IN_AGAIN)
    expect(client.requestedScopes().length - 1).toBeLessThanOrEqual(3)
  })
})

test.each([
  ['node:http', onNodeHttp, STEPPING_UP[0]],
  ['node:http', onNodeHttp, STEPPING_UP[1]],
  ['SDK v1 with sessions', onV1Sessions, STEPPING_UP[3]],
] as const)(
  'on %s a tool whose rule is a function is listed before its scope is there',
  async (...row) => {
    const [, fixture, [, open]] = row
    const tools = { whoami: [], add_note: 'notes:write', read_diary: () => 'notes:private' }
    const client = await connect(open, await start(fixture, { policy: { tools } }))
    expect(await client.listTools()).toEqual(['whoami', 'read_diary'])

    await expect(client.callToolRaw('read_diary')).rejects.toThrow(/^Unauthorized$/)
    await client.signIn()
    expect(await client.callToolRaw('read_diary')).toMatchObject(DIARY)

    await expect(client.callToolRaw('add_note')).rejects.toThrow(/^Unauthorized$/)
    await client.signIn()
    expect(await client.listTools()).toEqual(['whoami', 'add_note', 'read_diary'])
    expect(takeExchanges(client).filter((exchange) => exchange.includes('/list'))).toEqual([
      'POST /mcp tools/list 200',
      'POST /mcp tools/list 200',
    ])
  },
)

describe('requireScopes in a handler', () => {
  test.each([
    ...V2_SERVERS.map(
      ([name, fixture]) => [name, '2026-07-28', fixture, createSdkV2Client('auto')] as const,
    ),
    ['SDK v1', '2025-11-25', onV1SessionsInJson, createSdkV2Client('legacy')],
    ['SDK v1', '2025-11-25', onV1SessionsInJson, createSdkV1Client(WITHOUT_REFRESH)],
  ] as const)('on %s (%s) with a JSON answer leads to a step-up', async (...row) => {
    const [, revision, fixture, open] = row
    const world = await start(fixture)
    const client = await connect(open, world)
    expect(client.protocolVersion).toBe(revision)

    const tool = revision === '2026-07-28' ? 'read_diary' : 'read_diary_slowly'
    await expect(client.callToolRaw(tool)).rejects.toThrow(/^Unauthorized$/)
    await client.signIn()
    expect(await client.callToolRaw(tool)).toMatchObject(DIARY)

    expect(takeExchanges(client)).toEqual(STEP_UP)
    expect(client.requestedScopes().map(wordsOf)).toEqual([
      ['notes:read'],
      ['notes:private', 'notes:read'],
    ])
    expectElevation(world.events, 'notes:private')
  })

  test.each([
    ...V2_SERVERS.map(
      ([name, fixture]) => [name, '2026-07-28', fixture, createSdkV2Client('auto')] as const,
    ),
    ['SDK v1 with sessions', '2025-11-25', onV1Sessions, createSdkV2Client('legacy')],
    ['SDK v1 with sessions', '2025-11-25', onV1Sessions, connectSdkV1],
  ] as const)('on %s (%s) names the scopes in a stream that is open', async (...row) => {
    const [, revision, fixture, open] = row
    const client = await connect(open, await start(fixture))
    expect(client.protocolVersion).toBe(revision)

    expect(await client.callToolRaw('read_diary_slowly')).toMatchObject({
      isError: true,
      content: [{ type: 'text', text: expect.stringMatching(/^Scopes needed: notes:private/) }],
    })
    expect(takeExchanges(client)).toEqual(['POST /mcp tools/call 200'])
    expect(client.requestedScopes()).toEqual(['notes:read'])
  })
})

/** The audit trail says which challenge led to the new scope. */
function expectElevation(events: readonly AuditEvent[], scope: string): void {
  const challenge = events.findLast((event) => event.type === 'auth.deny')
  expect(challenge).toMatchObject({ status: 403, scopes: expect.arrayContaining([scope]) })
  expect(events.filter(({ type }) => type === 'scope.elevated')).toMatchObject([
    {
      subject: 'alice',
      granted: expect.arrayContaining([scope]),
      challengedBy: challenge?.correlationId,
    },
  ])
}
