import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import { expect, test } from 'vitest'
import { obtainTokens, register } from '../testing/flow.ts'
import { connectSdkV1 } from './clients/sdk-v1.ts'
import { createSdkV2Client } from './clients/sdk-v2.ts'
import { createStatefulFixture, createStatelessFixture } from './servers/sdk-v1.ts'
import { ALICE, BOB, SCOPE, startWorld } from './world.ts'

const TRANSPORTS = [
  ['stateless', createStatelessFixture, { session: undefined, sessions: 1 }],
  ['stateful', createStatefulFixture, { session: expect.any(String), sessions: 2 }],
] as const

test.each(TRANSPORTS)(
  'the %s transport of SDK v1 serves clients of both SDKs',
  async (_kind, create, { session }) => {
    const world = await startWorld(create(async () => {}))
    try {
      for (const connect of [connectSdkV1, createSdkV2Client('auto')]) {
        const client = await connect(world.serverUrl, ALICE)
        expect(JSON.parse(await client.callTool('whoami', { note: 'n' }))).toEqual({
          note: 'n',
          session,
          scopes: [SCOPE],
          subject: 'alice',
        })
        await client.close()
      }
    } finally {
      await world.close()
    }
  },
)

test.each(TRANSPORTS)(
  'calls of two users that overlap on the %s transport are told apart',
  async (_kind, create, { sessions }) => {
    const ROUNDS = 5
    const barrier = createBarrier(2 * ROUNDS)
    const world = await startWorld(create(barrier))
    try {
      const [alice, bob] = await Promise.all([
        connectSdkV1(world.serverUrl, ALICE),
        connectSdkV1(world.serverUrl, BOB),
      ])
      const rounds = Array.from({ length: ROUNDS }, (_, round) => round)
      const answers = await Promise.all(
        rounds.flatMap((round) => [
          alice.callTool('whoami', { note: `alice ${round}` }),
          bob.callTool('whoami', { note: `bob ${round}` }),
        ]),
      )
      const told = answers.map((answer) => JSON.parse(answer))
      expect(new Set(told.map((whoami) => whoami.session)).size).toBe(sessions)
      expect(told.map(({ note, subject }) => [note, subject])).toEqual(
        rounds.flatMap((round) => [
          [`alice ${round}`, 'alice'],
          [`bob ${round}`, 'bob'],
        ]),
      )
      await Promise.all([alice.close(), bob.close()])
    } finally {
      await world.close()
    }
  },
)

test('nobody gets into the session of another user', async () => {
  const world = await startWorld(createStatefulFixture(async () => {}))
  try {
    const alice = await connectSdkV1(world.serverUrl, ALICE)
    const { session } = JSON.parse(await alice.callTool('whoami', { note: 'first' }))

    const { issuer } = world.authorizationServer
    const tokens = await obtainTokens(issuer, {
      browser: createScriptedBrowser(),
      clientId: String((await register(issuer)).client['client_id']),
      signIn: BOB,
    })
    const intruder = new Client({ name: 'intruder', version: '1.0.0' })
    await intruder.connect(
      new StreamableHTTPClientTransport(new URL(world.serverUrl), {
        sessionId: session,
        requestInit: { headers: { Authorization: `Bearer ${String(tokens['access_token'])}` } },
      }),
    )
    const intrusion = intruder.callTool({ name: 'whoami', arguments: { note: 'second' } })
    await expect(intrusion).rejects.toThrow('Session not found')
    expect(JSON.parse(await alice.callTool('whoami', { note: 'third' }))).toMatchObject({
      session,
      subject: 'alice',
    })
    await Promise.all([alice.close(), intruder.close()])
  } finally {
    await world.close()
  }
})

/** Holds every caller until the last one has arrived, so that all calls are under way at once. */
function createBarrier(callers: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let arrived = 0
  return () => {
    arrived += 1
    if (arrived === callers) resolve()
    return promise
  }
}
