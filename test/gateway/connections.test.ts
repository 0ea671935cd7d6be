import { expect, onTestFinished, test } from 'vitest'
import { connectV1, connectV2, type SignedIn, signIn } from './connections-client.ts'
import {
  type ConnectionsWorld,
  type ConnectionsWorldOptions,
  connectGithub,
  startConnectionsWorld,
} from './connections-world.ts'

const TIMEOUT = { timeout: 60_000 }
const ALICE = { content: [{ type: 'text', text: 'alice' }] }

async function open(options: ConnectionsWorldOptions = {}) {
  const world = await startConnectionsWorld(options)
  onTestFinished(world.close)
  return { world, token: await signIn(world.resource) }
}

function keep(client: SignedIn): SignedIn {
  onTestFinished(() => client.close())
  return client
}

/** Every token of GitHub that the upstream was given. */
function tokensOf({ upstream }: ConnectionsWorld): readonly string[] {
  return upstream.seen.flatMap(({ headers }) => [headers['x-github-token'] ?? []].flat())
}

test('on 2026-07-28 the gateway asks, and the upstream gets the token', TIMEOUT, async () => {
  const { world, token } = await open()
  const visits: Promise<string>[] = []
  const client = keep(
    await connectV2(world.resource, token, (url) => {
      // Whichever replica the link leads to, and the next leg of the call.
      world.switchReplica()
      visits.push(connectGithub(url))
    }),
  )
  expect(await client.call('whoami')).toMatchObject(ALICE)
  expect(await Promise.all(visits)).toEqual([expect.stringContaining('GitHub is connected')])
  world.switchReplica()
  expect(await client.call('whoami')).toMatchObject(ALICE)
  expect(visits).toHaveLength(1)
  const calls = world.upstream.seen.filter(({ body }) => body.includes('"whoami"'))
  expect(calls).toHaveLength(2)
  for (const { body } of calls) expect(body).not.toMatch(/requestState|inputResponses/)
  const [given = ''] = tokensOf(world)
  expect(given).not.toBe('')
  expect(JSON.stringify(world.events)).not.toContain(given)
})

test('on 2025-11-25 it is the error -32042, and the repeated call succeeds', TIMEOUT, async () => {
  const { world, token } = await open()
  const client = keep(await connectV1(world.resource, token, true))
  const error = await client.call('whoami').catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({
    code: -32_042,
    elicitations: [{ mode: 'url', message: expect.stringContaining('GitHub is not connected') }],
  })
  const { elicitations } = error as { elicitations: { url: string }[] }
  expect(await connectGithub(elicitations[0]?.url ?? '')).toContain('GitHub is connected')
  expect(await client.call('whoami')).toMatchObject(ALICE)
})

test.each([
  ['2025-11-25', (resource: string, token: string) => connectV1(resource, token, false)],
  ['2026-07-28', (resource: string, token: string) => connectV2(resource, token)],
] as const)(
  'SEC-242: a client of %s without URL mode is told where to go, and the upstream hears nothing',
  TIMEOUT,
  async (_revision, connect) => {
    const { world, token } = await open()
    const client = keep(await connect(world.resource, token))
    const { isError, content } = (await client.call('whoami')) as {
      isError: boolean
      content: [{ text: string }]
    }
    expect(isError).toBe(true)
    expect(content[0].text).toContain(`To connect it, open ${world.publicUrl}/connect/github`)
    expect(world.upstream.seen.filter(({ body }) => body.includes('tools/call'))).toEqual([])
    await connectGithub(`${world.publicUrl}/connect/github`)
    expect(await client.call('whoami')).toMatchObject(ALICE)
  },
)

test(
  'where tools are listed, others are neither asked for nor given anything',
  TIMEOUT,
  async () => {
    const headers = { 'x-github-token': '{access_token}' }
    const { world, token } = await open({
      route: { connections: { github: { headers, tools: ['whoami'], purpose: 'to name you' } } },
    })
    const client = keep(await connectV1(world.resource, token, true))
    const nothing = { content: [{ type: 'text', text: 'nothing' }] }
    expect(await client.call('ping')).toMatchObject(nothing)
    const error = await client.call('whoami').catch((thrown: unknown) => thrown)
    const [asked] = (error as { elicitations: { url: string; message: string }[] }).elicitations
    expect(asked?.message).toContain('(to name you)')
    await connectGithub(asked?.url ?? '')
    expect(await client.call('whoami')).toMatchObject(ALICE)
    expect(await client.call('ping')).toMatchObject(nothing)
  },
)

test('a 401 of the upstream renews the token once', TIMEOUT, async () => {
  const { world, token } = await open({ github: { expires: true } })
  const client = keep(await connectV1(world.resource, token, false))
  await connectGithub(`${world.publicUrl}/connect/github`)
  expect(await client.call('whoami')).toMatchObject(ALICE)
  const [first = ''] = tokensOf(world)
  // GitHub takes it no more, long before it ends.
  world.github.intercept = ({ headers }, res) => {
    const isRefused = headers.authorization === `Bearer ${first}`
    if (isRefused) res.writeHead(401).end()
    return isRefused
  }
  expect(await client.call('whoami')).toMatchObject(ALICE)
  const [again, renewed] = tokensOf(world).slice(-2)
  expect(again).toBe(first)
  expect(renewed).not.toBe(first)
})

test('a connection that GitHub has ended is asked for anew', TIMEOUT, async () => {
  const { world, token } = await open()
  const client = keep(await connectV1(world.resource, token, true))
  await connectGithub(`${world.publicUrl}/connect/github`)
  expect(await client.call('whoami')).toMatchObject(ALICE)
  world.github.intercept = ({ url }, res) => {
    const isApi = url === new URL(world.github.userInfoEndpoint).pathname
    if (isApi) res.writeHead(401).end()
    return isApi
  }
  await expect(client.call('whoami')).rejects.toMatchObject({
    code: -32_042,
    elicitations: [{ message: expect.stringContaining('has ended') }],
  })
})
