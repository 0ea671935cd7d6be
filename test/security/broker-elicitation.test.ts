import { describe, expect, it } from 'vitest'
import { rawCall } from '../connections/raw-call.ts'
import { at, useToolSuite } from '../connections/tool-suite.ts'
import { type Answer, connectV1, connectV2, RESOURCE } from '../connections/tool-world.ts'

const suite = useToolSuite()
const { modern, sessionsV1, sessionsV2 } = suite

const TEXT = {
  isError: true,
  content: [
    {
      type: 'text',
      text: expect.stringContaining('open https://mcp.example.com/connect/github\n'),
    },
  ],
}

describe.each([
  ['2025-03-26, v2 at sessions of v1', sessionsV1, at('2025-03-26')],
  ['2025-03-26, v2 without sessions', modern, at('2025-03-26')],
  ['2025-06-18, v2 at sessions of v2', sessionsV2, at('2025-06-18')],
  ['2025-06-18, v2 without sessions', modern, at('2025-06-18')],
  ['2025-11-25, v1 at sessions of v1', sessionsV1, connectV1],
  ['2025-11-25, v1 at sessions of v2', sessionsV2, connectV1],
  ['2025-11-25, v1 without sessions', modern, connectV1],
  ['2025-11-25, v2 at sessions of v1', sessionsV1, at('2025-11-25')],
  ['2026-07-28', modern, at('2026-07-28')],
] as const)('SEC-242, E-01, E-02: a client without URL mode, %s', (_case, serve, connect) => {
  it.each([
    ['no elicitation', {}],
    ['form mode', { form: true }],
  ])(
    'SEC-242: with %s gets a tool error that names the page, and no form',
    async (_modes, modes) => {
      for (const mode of ['fail-fast', 'wait'] as const) {
        // oxlint-disable-next-line no-await-in-loop
        const client = await connect({ token: suite.alice, fetch: serve({ mode }), ...modes })
        // oxlint-disable-next-line no-await-in-loop
        expect(await client.call('list_issues')).toMatchObject(TEXT)
        expect(client.asked).toEqual([])
      }
      expect(await suite.world.pending()).toEqual([])
      expect(suite.ran).toEqual([])
    },
  )
})

it.each(['2025-03-26', '2025-06-18'] as const)(
  'E-02: URL mode is not used on %s, which does not have it, whatever was declared',
  async (revision) => {
    const url: Answer = () => 'accept'
    const client = await at(revision)({ token: suite.alice, fetch: sessionsV2(), url })
    expect(await client.call('list_issues')).toMatchObject(TEXT)
  },
)

it('E-03: a request of 2026-07-28 has mode, message and URL, and no elicitationId', async () => {
  const { result } = await rawCall(modern(), suite.alice, 'list_issues')
  expect(result).toMatchObject({ resultType: 'input_required' })
  expect(result?.inputRequests).toEqual({
    github: {
      method: 'elicitation/create',
      params: {
        mode: 'url',
        message: expect.stringContaining('GitHub is not connected yet'),
        url: expect.stringMatching(/^https:\/\/mcp\.example\.com\/connect\/github\?request=/),
      },
    },
  })
})

describe('SEC-243, E-04: `accept` is no proof', () => {
  it('SEC-243: it asks again, then gives up, and never runs the tool', async () => {
    const fetch = modern({ waitSeconds: 0 })
    const client = await connectV2({ token: suite.alice, fetch, url: () => 'accept' })
    expect(await client.call('list_issues')).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('was not connected in time') }],
    })
    expect(client.asked).toHaveLength(2)
    expect(client.asked[1]?.url).toBe(client.asked[0]?.url)
    expect(suite.ran).toEqual([])
    expect(await suite.world.pending()).toEqual([])
  })

  it('E-04: a client that calls again while its user is busy is not asked again', async () => {
    const fetch = modern({ waitSeconds: 60 })
    const asked = await rawCall(fetch, suite.alice, 'list_issues')
    const link = asked.result?.inputRequests?.['github']?.params.url ?? ''
    setTimeout(() => void suite.world.open(link), 50)
    const answer = await rawCall(fetch, suite.alice, 'list_issues', {
      requestState: asked.result?.requestState,
      inputResponses: { github: { action: 'accept' } },
    })
    expect(answer.result?.content?.[0]?.text).toBe('github of alice')
  })

  it('E-04: a retry without an answer is asked again', async () => {
    const fetch = modern()
    const first = await rawCall(fetch, suite.alice, 'list_issues')
    const { requestState } = first.result ?? {}
    const second = await rawCall(fetch, suite.alice, 'list_issues', { requestState })
    expect(second.result?.inputRequests).toEqual(first.result?.inputRequests)
  })
})

it('SEC-248, E-08: who calls is in the token, and in nothing that the client says', async () => {
  const fetch = modern()
  const asked = await rawCall(fetch, suite.bob, 'list_issues')
  await suite.world.open(asked.result?.inputRequests?.['github']?.params.url ?? '')
  const claims = { user_id: 'bob', sub: 'bob', user: { sub: 'bob' }, principal: 'bob' }
  const args = { repo: 'a', ...claims }
  const answer = await rawCall(fetch, suite.alice, 'list_issues', { args, _meta: claims })
  expect(answer.result?.resultType).toBe('input_required')
  const { url = '' } = answer.result?.inputRequests?.['github']?.params ?? {}
  expect((await suite.world.find(url))?.owner.subject).toBe('alice')
  expect(suite.ran).toEqual([])
})

it('SEC-255: a client that acts for itself gets no credential of anybody', async () => {
  const service = await suite.issuer.mint({ aud: RESOURCE, sub: 'robot', client_id: 'robot' })
  const fetch = modern()
  const asked = await rawCall(fetch, suite.alice, 'list_issues')
  await suite.world.open(asked.result?.inputRequests?.['github']?.params.url ?? '')
  const answer = await rawCall(fetch, service, 'list_issues')
  expect(answer.result).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining('a client that acts for itself') }],
  })
  expect(suite.ran).toEqual([])
})

it('SEC-256: the link of one user is nothing to another', async () => {
  const fetch = modern()
  const asked = await rawCall(fetch, suite.alice, 'list_issues')
  const { url = '' } = asked.result?.inputRequests?.['github']?.params ?? {}
  const handle = new URL(url).searchParams.get('request') ?? ''
  const args = { repo: handle, request: handle }
  const answer = await rawCall(fetch, suite.bob, 'list_issues', { args })
  const { url: urlOfBob = '' } = answer.result?.inputRequests?.['github']?.params ?? {}
  expect(urlOfBob).not.toBe(url)
  const owners = await Promise.all([url, urlOfBob].map(async (link) => suite.world.find(link)))
  expect(owners.map((request) => request?.owner.subject)).toEqual(['alice', 'bob'])
})

it('E-09: a request to connect is of the user and the client that called', async () => {
  const asked = await rawCall(modern(), suite.alice, 'list_issues')
  const { url = '' } = asked.result?.inputRequests?.['github']?.params ?? {}
  expect(await suite.world.find(url)).toMatchObject({
    clientId: 'app',
    clientName: 'client',
    operation: 'list_issues',
    service: 'github',
    owner: { subject: 'alice' },
  })
})

it('E-05: who lacks a token is sent to sign in, and never to a link', async () => {
  const answer = await modern()(RESOURCE, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_issues"}}',
  })
  expect(answer.status).toBe(401)
  expect(await answer.text()).not.toContain('/connect/')
  expect(await suite.world.pending()).toEqual([])
})
