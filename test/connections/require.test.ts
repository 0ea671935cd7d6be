import { createTokenIssuer, type TokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createToolCore, type ToolCore } from './tool-core.ts'
import { buildV1, buildV2 } from './tool-servers.ts'
import {
  type Answer,
  type ClientOptions,
  connectV1,
  connectV2,
  type Fetch,
  RESOURCE,
  servePerRequest,
  serveSessionsV1,
  serveSessionsV2,
  type ToolClient,
} from './tool-world.ts'

let issuer: TokenIssuer
let alice: string
beforeAll(async () => {
  issuer = await createTokenIssuer()
  alice = await issuer.mint({ aud: RESOURCE, sub: 'alice', client_id: 'app' })
})
afterAll(() => issuer.close())

let world: ToolCore
beforeEach(async () => {
  world = await createToolCore(issuer.issuer)
})

const done = (value: string) => ({ content: [{ type: 'text', text: value }] })

describe('2026-07-28', () => {
  it('asks by a result, and the call that is repeated succeeds', async () => {
    const fetch = servePerRequest(issuer, () => buildV2(world.connections))
    const client = await connectV2({
      token: alice,
      fetch,
      url: ({ url }) => {
        setTimeout(() => void world.open(url), 20)
        return 'accept'
      },
    })
    expect(await client.call('list_issues', { repo: 'a' })).toMatchObject(done('github of alice'))
    expect(client.asked).toEqual([
      {
        mode: 'url',
        message:
          'GitHub is not connected yet (list_issues). Open the page, sign in as yourself, and connect it.',
        url: expect.stringMatching(/^https:\/\/mcp\.example\.com\/connect\/github\?request=/),
      },
    ])
  })

  it('asks for all services at once', async () => {
    const fetch = servePerRequest(issuer, () => buildV2(world.connections))
    const client = await connectV2({
      token: alice,
      fetch,
      url: async ({ url }): Promise<'accept'> => {
        await world.open(url)
        return 'accept'
      },
    })
    expect(await client.call('sync')).toMatchObject(done('github of alice, jira of alice'))
    expect(client.asked).toHaveLength(2)
  })

  it('asks for prompts and resources too', async () => {
    const fetch = servePerRequest(issuer, () => buildV2(world.connections))
    const url: Answer = async (asked): Promise<'accept'> => {
      await world.open(asked.url)
      return 'accept'
    }
    const client = await connectV2({ token: alice, fetch, url })
    expect(await client.prompt('triage')).toMatchObject({
      messages: [{ content: { text: 'alice' } }],
    })
    expect(await client.read('issues://all')).toMatchObject({ contents: [{ text: 'alice' }] })
  })
})

type Serve = (issuer: TokenIssuer, options?: { mode: 'wait' }) => Fetch
type Connect = (options: ClientOptions) => Promise<ToolClient>
const v1: Serve = (...[by, options]) =>
  serveSessionsV1(by, () => buildV1(world.connections, options))
const v2: Serve = (...[by, options]) =>
  serveSessionsV2(by, () => buildV2(world.connections, options))
const legacyV2: Connect = (options) => connectV2({ revision: '2025-11-25', ...options })

describe.each([
  ['v1', 'v1', v1, connectV1],
  ['v1', 'v2', v1, legacyV2],
  ['v2', 'v1', v2, connectV1],
  ['v2', 'v2', v2, legacyV2],
] as const)(
  '2025-11-25: server of SDK %s, client of SDK %s',
  (_server, _client, serve, connect) => {
    it('ends the call with -32042 and the links of all services', async () => {
      const fetch = serve(issuer)
      const client = await connect({ token: alice, fetch, url: () => 'accept' })
      const refused = await client.call('sync').catch((error: unknown) => error)
      expect(refused).toMatchObject({ code: -32_042 })
      const { elicitations } = refused as { elicitations: { url: string }[] }
      expect(elicitations).toEqual(
        ['github', 'jira'].map((service) => ({
          mode: 'url',
          elicitationId: expect.stringMatching(/^[\w-]{36}$/),
          message: expect.stringContaining('is not connected yet'),
          url: expect.stringContaining(`/connect/${service}?request=`),
        })),
      )
      expect(client.asked).toEqual([])
      await Promise.all(elicitations.map(async ({ url }) => world.open(url)))
      expect(await client.call('sync')).toMatchObject(done('github of alice, jira of alice'))
    })

    it('waits in mode wait, and tells the client when each is done', async () => {
      const fetch = serve(issuer, { mode: 'wait' })
      const client = await connect({
        token: alice,
        fetch,
        url: ({ url }) => {
          setTimeout(() => void world.open(url), 20)
          return 'accept'
        },
      })
      expect(await client.call('sync')).toMatchObject(done('github of alice, jira of alice'))
      expect(client.asked.map(({ elicitationId }) => elicitationId)).toEqual(client.completed)
      expect(client.completed).toHaveLength(2)
    })

    it('names the page to a client without URL mode', async () => {
      const client = await connect({ token: alice, fetch: serve(issuer), form: true })
      const text =
        'GitHub is not connected yet. To connect it, open https://mcp.example.com/connect/github\n' +
        'Open it in a browser and sign in as yourself. Then try again.'
      expect(await client.call('list_issues')).toMatchObject({ isError: true, ...done(text) })
      await expect(client.prompt('triage')).rejects.toMatchObject({
        code: -32_003,
        message: expect.stringContaining(text),
      })
      await expect(client.read('issues://all')).rejects.toMatchObject({ code: -32_003 })
      expect(client.asked).toEqual([])
      expect(await world.pending()).toEqual([])
    })
  },
)
