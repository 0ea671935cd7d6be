import assert from 'node:assert/strict'
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createProvider } from '../../examples/todo-manager/session.ts'
import { launchChromium, missingChromium } from '../browser/chromium.ts'
import { perRequest, startConnectionsWorld, withSessions } from './connections-world.ts'

const missing = missingChromium()
let chromium: Browser
beforeAll(async () => {
  if (missing === '') chromium = await launchChromium()
}, 120_000)
afterAll(async () => {
  await chromium?.close()
})

/** A user with Chromium, and a client that is signed in as alice. */
async function open(
  build: Parameters<typeof startConnectionsWorld>[0],
  mode: 'legacy' | 'auto',
  visit?: (url: string) => Promise<void>,
): Promise<Client> {
  const world = await startConnectionsWorld(build)
  onTestFinished(world.close)
  let authorizationUrl = new URL(world.resource)
  const authProvider = createProvider((url) => {
    authorizationUrl = url
  })
  const client = new Client(
    { name: 'my-assistant', version: '1.0.0' },
    {
      capabilities: visit === undefined ? {} : { elicitation: { url: {} } },
      versionNegotiation: { mode },
    },
  )
  if (visit !== undefined) {
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      assert(params.mode === 'url')
      visits.push(visit(params.url))
      return { action: 'accept' }
    })
  }
  const transport = () =>
    new StreamableHTTPClientTransport(new URL(world.resource), { authProvider })
  const first = transport()
  await client.connect(first).catch((error: unknown) => {
    assert(error instanceof UnauthorizedError)
  })
  const user = { username: 'alice', password: 'wonderland' }
  const callback = await createScriptedBrowser().authorize(authorizationUrl, user)
  await first.finishAuth(callback.searchParams)
  await client.connect(transport())
  onTestFinished(() => client.close())
  return client
}

/** The call may be over before the last page is shown. */
const visits: Promise<void>[] = []
afterEach(() => Promise.all(visits.splice(0)))

/** In a browser of her own: signs in here as this user. */
async function signInHere(url: string, username: string, password: string): Promise<Page> {
  const context = await chromium.newContext()
  onTestFinished(() => context.close())
  const page = await context.newPage()
  await page.goto(url)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  return page
}

/** What alice does: signs in here, agrees, signs in at GitHub, and says that it is her account. */
async function connectGithub(url: string): Promise<void> {
  const page = await signInHere(url, 'alice', 'wonderland')
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.getByLabel('Username').fill('alice')
  await page.getByLabel('Password').fill('wonderland')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.getByRole('button', { name: 'Yes, connect it' }).click()
  await page.getByRole('heading', { name: 'GitHub is connected' }).waitFor()
}

const ALICE = { content: [{ type: 'text', text: 'alice' }] }

describe.skipIf(missing !== '')(`a tool that needs a connection, in Chromium${missing}`, () => {
  it('E-04: on 2026-07-28 the user connects in the browser, and the call goes on', async () => {
    const opened: string[] = []
    const client = await open(perRequest, 'auto', async (url) => {
      opened.push(url)
      await connectGithub(url)
    })
    expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28')
    expect(await client.callTool({ name: 'whoami' })).toMatchObject(ALICE)
    expect(opened).toHaveLength(1)
  }, 120_000)

  it('on 2025-11-25 the call ends with a link, and succeeds when it is repeated', async () => {
    const client = await open(withSessions({}), 'legacy', async () => undefined)
    expect(client.getNegotiatedProtocolVersion()).toBe('2025-11-25')
    const error = await client.callTool({ name: 'whoami' }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: -32_042, elicitations: [{ mode: 'url' }] })
    const { elicitations } = error as { elicitations: { url: string }[] }
    await connectGithub(elicitations[0]?.url ?? '')
    expect(await client.callTool({ name: 'whoami' })).toMatchObject(ALICE)
  }, 120_000)

  it('on 2025-11-25 in mode wait the call goes on by itself', async () => {
    const client = await open(withSessions({ mode: 'wait' }), 'legacy', connectGithub)
    expect(await client.callTool({ name: 'whoami' })).toMatchObject(ALICE)
  }, 120_000)

  it.each([
    ['2025-11-25', 'legacy', withSessions({})],
    ['2026-07-28', 'auto', perRequest],
  ] as const)(
    'SEC-242: without URL mode the user gets there too, on %s',
    async (_era, mode, build) => {
      const client = await open(build, mode)
      const { isError, content } = await client.callTool({ name: 'whoami' })
      expect(isError).toBe(true)
      const [, url = ''] =
        /open (http\S+)/.exec(JSON.stringify(content).replaceAll('\\n', '\n')) ?? []
      await connectGithub(url)
      expect(await client.callTool({ name: 'whoami' })).toMatchObject(ALICE)
    },
    120_000,
  )

  it('SEC-234: somebody else who opens the link connects nothing', async () => {
    const client = await open(withSessions({}), 'legacy', async () => undefined)
    const error = await client.callTool({ name: 'whoami' }).catch((thrown: unknown) => thrown)
    const { elicitations } = error as { elicitations: { url: string }[] }
    const page = await signInHere(elicitations[0]?.url ?? '', 'bob', 'builder')
    await page.getByRole('heading', { name: 'This link is for somebody else' }).waitFor()
    await expect(client.callTool({ name: 'whoami' })).rejects.toMatchObject({ code: -32_042 })
  }, 120_000)
})
