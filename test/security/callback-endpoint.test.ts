import type { IncomingMessage, ServerResponse } from 'node:http'
import { createScriptedBrowser, type EmulatedProvider, type Page } from 'mcp-gatehouse/testing'
import { describe, expect, test } from 'vitest'
import {
  ask,
  createRecordingBrowser,
  expectCallback,
  expectPage,
} from '../authorization-server/user-agent.ts'
import { REDIRECT_URI, register } from '../testing/flow.ts'
import { keysOf } from '../unit/authorization-server/support/answers.ts'
import {
  allow,
  answerProvider,
  signInUpToCallback,
  startUpstreamWorld,
  type UpstreamWorld,
} from './support/held-sign-in.ts'

const CODE = /^[\w-]{43}$/

const eventsOf = ({ events }: UpstreamWorld): readonly string[] => events.map(({ type }) => type)

/** A page that leads nowhere, and gives the browser nothing. */
async function expectRefused(answer: Response, status: number): Promise<void> {
  expect([answer.status, answer.headers.get('location')]).toEqual([status, null])
  expect(answer.headers.getSetCookie()).toEqual([])
  expect(await answer.text()).not.toContain('code=')
}

const tokenRequests = ({ requests }: EmulatedProvider): number =>
  requests.filter((request) => request.endsWith('/token')).length

/** The URL with a parameter set, or taken out. */
function changed(url: URL, name: string, value: string | undefined): URL {
  const other = new URL(url)
  if (value === undefined) other.searchParams.delete(name)
  else other.searchParams.set(name, value)
  return other
}

describe('SEC-149 SEC-158 a callback that belongs to another browser', () => {
  test('is 403 for one without a sign-in and for one with its own, and both end afterwards', async () => {
    const world = await startUpstreamWorld()
    const attacker = await signInUpToCallback(world.url())
    await expectRefused(await ask(attacker.callback), 403)

    const victim = await signInUpToCallback(world.url(), { username: 'bob', password: 'builder' })
    const refused = expectPage(await victim.arrive(attacker.callback))
    expect(refused.status).toBe(403)
    expect(eventsOf(world)).toEqual(['flow.browser_mismatch', 'flow.browser_mismatch'])

    expectCallback(await attacker.arrive())
    expect(eventsOf(world).slice(2)).toEqual(['sign_in.done', 'consent.allow'])
  })

  test('is 403 when it comes again in its own', async () => {
    const world = await startUpstreamWorld()
    const signIn = await signInUpToCallback(world.url())
    expectCallback(await signIn.arrive())
    await expectRefused(await ask(signIn.callback), 403)
  })
})

test('SEC-151 a callback of another name is 403, and asks nobody for tokens', async () => {
  const { url, provider } = await startUpstreamWorld()
  const signIn = await signInUpToCallback(url())
  const elsewhere = new URL(signIn.callback)
  elsewhere.pathname = '/callback/other'
  expect(expectPage(await signIn.arrive(elsewhere)).status).toBe(403)
  expect(tokenRequests(provider)).toBe(0)
})

describe('SEC-152 SEC-155 SEC-157 a response that this server does not trust', () => {
  test.each([
    ['without iss', 'iss', undefined],
    ['of another issuer', 'iss', 'https://evil.example'],
    ['with an error that is a script', 'error', '<script>alert(1)</script>'],
    ['with an empty code', 'code', ''],
    ['with a code of 12 KB', 'code', 'x'.repeat(12_288)],
    ['with CR LF in the code', 'code', 'a\r\nSet-Cookie: b=c'],
    ['with a code that is of nobody', 'code', 'made-up'],
  ])('%s is 400 on a page, and nobody is known afterwards', async (_title, name, value) => {
    const world = await startUpstreamWorld()
    const signIn = await signInUpToCallback(world.url())
    const page = expectPage(await signIn.arrive(changed(signIn.callback, name, value)))
    expect([page.status, page.text.includes('alert(1)')]).toEqual([400, false])
    expect(eventsOf(world)).toEqual(['sign_in.failed'])
    expect(await keysOf(world.options.storage, 'user')).toEqual([])
    expect(await keysOf(world.options.storage, 'upstream-token')).toEqual([])
    expect(tokenRequests(world.provider)).toBe(value === 'made-up' ? 1 : 0)
  })
})

describe('SEC-154 AS-18 a user whom the provider does not sign in', () => {
  test.each([
    ['who cancels there', (url: URL) => url],
    [
      'with a text that is a script',
      (url: URL) => changed(url, 'error_description', '<script>alert(1)</script>'),
    ],
  ])('%s goes back to the client, which gets no text of the provider', async (_title, change) => {
    const world = await startUpstreamWorld()
    const signIn = await signInUpToCallback(world.url(), { button: 'Cancel' })
    expect(signIn.callback.searchParams.get('error')).toBe('access_denied')
    const { searchParams } = expectCallback(await signIn.arrive(change(signIn.callback)))
    expect(Object.fromEntries(searchParams)).toEqual({
      error: 'access_denied',
      error_description: 'the user was not signed in',
      state: 'opaque',
      iss: world.issuer,
    })
    expect(eventsOf(world)).toEqual(['sign_in.failed'])
    expect(tokenRequests(world.provider)).toBe(0)
  })

  test('SEC-117 finds the bytes of the redirect URI kept, and one iss, ours', async () => {
    const world = await startUpstreamWorld()
    const redirect_uri = `${REDIRECT_URI}?flag&sig=%FF%FE&iss=t`
    const { client } = await register(world.issuer, { redirect_uris: [redirect_uri] })
    const client_id = String(client['client_id'])
    const signIn = await signInUpToCallback(world.url({ client_id, redirect_uri }), {
      button: 'Cancel',
    })
    const { href, searchParams } = expectCallback(await signIn.arrive())
    expect(href.startsWith(`${REDIRECT_URI}?flag&sig=%FF%FE&error=access_denied&`)).toBe(true)
    expect(searchParams.getAll('iss')).toEqual([world.issuer])
  })

  test('in somebody else’s browser ends nothing', async () => {
    const world = await startUpstreamWorld()
    const signIn = await signInUpToCallback(world.url(), { button: 'Cancel' })
    await expectRefused(await ask(signIn.callback), 403)
    expectCallback(await signIn.arrive())
  })
})

describe('SEC-142 a provider that is away during the exchange', () => {
  const answering =
    (answer: (res: ServerResponse) => void) =>
    (req: IncomingMessage, res: ServerResponse): boolean => {
      const isExchange = req.url?.endsWith('/token') === true
      if (isExchange) answer(res)
      return isExchange
    }

  test.each([503, 429])(
    'with %i: 503, and its page leads to a sign-in that succeeds',
    async (status) => {
      const world = await startUpstreamWorld()
      const { browser, answers } = createRecordingBrowser()
      const atProvider = await allow(browser, world.url())
      world.provider.intercept = answering((res) => {
        res.writeHead(status, { 'Retry-After': '7' }).end()
      })
      await answerProvider(browser, atProvider)
      const page = answers.at(-1)
      expect([page?.status, page?.headers.get('retry-after')]).toEqual([503, '7'])

      world.provider.intercept = undefined
      const [, path = ''] = /href="(\/interaction\/[^"/]+)"/.exec(page?.text ?? '') ?? []
      // The scripted browser has to know where the client is.
      const retry = changed(new URL(path, world.issuer), 'redirect_uri', REDIRECT_URI)
      const atProviderAgain = await allow(browser, retry)
      const stop = await browser.submit(atProviderAgain, { button: 'Allow' })
      expect(expectCallback(stop).searchParams.get('code')).toMatch(CODE)
    },
  )

  test('without any answer: the same callback, loaded again, signs in', async () => {
    const world = await startUpstreamWorld()
    const { browser, answers } = createRecordingBrowser()
    const atProvider = await allow(browser, world.url())
    world.provider.intercept = answering((res) => void res.socket?.destroy())
    const page = expectPage(await answerProvider(browser, atProvider))
    expect([page.status, page.url.pathname]).toEqual([503, '/callback/upstream'])
    expect(answers.at(-1)?.headers.get('retry-after')).toBe('5')

    world.provider.intercept = undefined
    const again = changed(page.url, 'redirect_uri', REDIRECT_URI)
    const callback = expectCallback(await browser.open(again))
    expect(callback.searchParams.get('code')).toMatch(CODE)
  })
})

test('SEC-159 twelve sign-ins in one browser end in another order than they began', async () => {
  const world = await startUpstreamWorld()
  const browser = createScriptedBrowser()
  const pages: Page[] = []
  for (let count = 0; count < 12; count += 1) pages.push(await allow(browser, world.url()))
  for (const index of [7, 0, 11, 3, 1, 10, 9, 2, 4, 5, 6, 8]) {
    const page = pages[index]
    if (page === undefined) throw new Error('no page')
    const { searchParams } = expectCallback(await answerProvider(browser, page))
    expect(searchParams.get('code')).toMatch(CODE)
  }
})
