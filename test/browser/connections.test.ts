import axe from 'axe-core'
import type { Browser, BrowserContext, Page as Tab } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type PagesWorld, startPagesWorld } from '../connections/pages-world.ts'
import { launchChromium, missingChromium } from './chromium.ts'
import { listen, type PageServer } from './page-server.ts'

const missing = missingChromium()
const TIMEOUT = 180_000

describe.skipIf(missing !== '')(`connections in Chromium${missing}`, { timeout: TIMEOUT }, () => {
  let world: PagesWorld
  let browser: Browser
  const contexts: BrowserContext[] = []

  beforeAll(async () => {
    browser = await launchChromium()
  }, TIMEOUT)
  beforeEach(async () => {
    world = await startPagesWorld()
  })
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close()
    await world.close()
  })
  afterAll(async () => {
    await browser?.close()
  })

  /** A browser of somebody, without the scripts of any page. */
  async function openBrowser(): Promise<Tab> {
    const context = await browser.newContext({ javaScriptEnabled: false })
    contexts.push(context)
    return context.newPage()
  }

  async function signIn(tab: Tab, username: 'alice' | 'bob'): Promise<void> {
    await tab.getByRole('button', { name: 'Sign in' }).click()
    await tab.getByLabel('Username').fill(username)
    await tab.getByLabel('Password').fill(username === 'alice' ? 'wonderland' : 'builder')
    await tab.getByRole('button', { name: 'Sign in' }).click()
  }

  async function allowAtService(tab: Tab, username: 'alice' | 'bob'): Promise<void> {
    await tab.getByRole('heading', { name: 'Sign in at the provider' }).waitFor()
    await tab.getByLabel('Username').fill(username)
    await tab.getByLabel('Password').fill(username === 'alice' ? 'wonderland' : 'builder')
    await tab.getByRole('button', { name: 'Sign in' }).click()
    await tab.getByRole('button', { name: 'Allow' }).click()
  }

  const heading = (tab: Tab): Promise<string | null> =>
    tab.getByRole('heading', { level: 1 }).textContent()
  const connectionsOf = (user: 'alice' | 'bob') => world.core.vault.list(world.owner(user))

  test('without a script, a user connects, looks at it, and disconnects', async () => {
    const alice = await openBrowser()
    const { id, url } = await world.ask('alice')
    await alice.goto(url)
    expect(await heading(alice)).toBe('Sign in to go on')
    await signIn(alice, 'alice')
    expect(await heading(alice)).toBe('Connect GitHub?')
    await alice.getByRole('button', { name: 'Connect' }).click()
    await allowAtService(alice, 'alice')
    expect(await heading(alice)).toBe('Is this your GitHub account?')
    await alice.getByRole('button', { name: 'Yes, connect it' }).click()
    expect(await heading(alice)).toBe('GitHub is connected')
    expect(await world.core.requests.outcome(world.owner('alice'), id)).toBe('connected')
    await alice.reload()
    expect(await heading(alice)).toBe('GitHub is connected')
    await alice.getByRole('link', { name: 'See your connected services' }).click()
    await alice.getByRole('link', { name: 'Disconnect GitHub' }).click()
    await alice.getByRole('button', { name: 'Disconnect' }).click()
    expect(await heading(alice)).toBe('Your account')
    expect(await alice.getByText('You have connected no service.').count()).toBe(1)
    expect(await connectionsOf('alice')).toEqual([])
  })

  test('SEC-234: E-13: Alice sends her link to Bob, whose account stays his', async () => {
    const alice = await openBrowser()
    const bob = await openBrowser()
    // Alice has a tool ask, and sends Bob the link that she was shown: "please look at this".
    const { id, url } = await world.ask('alice')
    await alice.goto(url)
    await signIn(alice, 'alice')
    expect(await heading(alice)).toBe('Connect GitHub?')
    // Bob is signed in, here and at GitHub: one click of his would be enough.
    await bob.goto(`${world.baseUrl}/connect/github`)
    await signIn(bob, 'bob')
    await bob.getByRole('button', { name: 'Connect' }).click()
    await allowAtService(bob, 'bob')
    await bob.getByRole('button', { name: 'No', exact: true }).click()
    const asked = world.github.requests.length
    const answer = await bob.goto(url)
    expect(answer?.status()).toBe(403)
    expect(await heading(bob)).toBe('This link is for somebody else')
    expect(await bob.getByText('You are signed in as bob').count()).toBe(1)
    expect(await bob.getByRole('button').allTextContents()).toEqual(['Sign in as somebody else'])
    expect(world.github.requests.length).toBe(asked)
    expect(await world.core.requests.outcome(world.owner('alice'), id)).toBe('pending')
    expect([await connectionsOf('alice'), await connectionsOf('bob')]).toEqual([[], []])
    expect(world.events.map(({ type }) => type)).toContain('elicit.user_mismatch')
    // She tries with what she has after pressing the button herself: the address at GitHub.
    await alice.getByRole('button', { name: 'Connect' }).click()
    await alice.getByRole('heading', { name: 'Sign in at the provider' }).waitFor()
    const authorize = `${world.github.authorizationEndpoint}?${new URLSearchParams(
      await authorizationQuery(),
    )}`
    await bob.goto(authorize)
    // Bob even allows it there: what comes of it is no use in his browser, and Alice never gets it.
    await bob.getByRole('button', { name: 'Allow' }).click()
    expect(await heading(bob)).toBe('This did not work')
    expect([await connectionsOf('alice'), await connectionsOf('bob')]).toEqual([[], []])
  })

  /** A request of Alice's browser to the service, as she would copy it. */
  async function authorizationQuery(): Promise<Record<string, string>> {
    const { url } = await world.ask('alice')
    const alice = contexts[0]?.pages()[0]
    if (alice === undefined) throw new Error('no browser')
    await alice.goto(url)
    const sent = alice.waitForRequest((request) => request.url().startsWith(world.github.issuer))
    await alice.getByRole('button', { name: 'Connect' }).click()
    return Object.fromEntries(new URL((await sent).url()).searchParams)
  }

  test('SEC-240: an account of the attacker gets into nobody else’s connections', async () => {
    const attacker = await openBrowser()
    const victim = await openBrowser()
    await attacker.goto(`${world.baseUrl}/connect/github`)
    await signIn(attacker, 'bob')
    // The attacker signs in to an account of theirs at the service, and stops at the way back.
    const stopped = world.stopAt('/connect/github/callback')
    await attacker.getByRole('button', { name: 'Connect' }).click()
    await allowAtService(attacker, 'bob')
    const callback = await stopped
    expect(callback).toContain('code=')
    await victim.goto(`${world.baseUrl}/account`)
    await signIn(victim, 'alice')
    const answer = await victim.goto(callback)
    expect([answer?.status(), await heading(victim)]).toEqual([403, 'This did not work'])
    expect([await connectionsOf('alice'), await connectionsOf('bob')]).toEqual([[], []])
  })

  test('SEC-252: a form of another site neither connects nor frames anything', async () => {
    const evil: PageServer = await listen((req, res) => {
      const body =
        req.url === '/frame'
          ? `<iframe src="${world.baseUrl}/connect/tracker"></iframe>`
          : `<form method="post" action="${world.baseUrl}/connect/tracker">
<input name="decision" value="connect"><input name="field_token" value="bob-token">
<input name="field_site" value="https://evil.example"><input name="field_region" value="eu">
<button>A prize</button></form>`
      res.writeHead(200, { 'Content-Type': 'text/html' }).end(`<!doctype html>${body}`)
    })
    const elsewhere = evil.origin.replace('127.0.0.1', 'localhost')
    const alice = await openBrowser()
    await alice.goto(`${world.baseUrl}/connect/tracker`)
    await signIn(alice, 'alice')
    expect(await heading(alice)).toBe('Connect Tracker?')
    for (const origin of [evil.origin, elsewhere]) {
      await alice.goto(origin)
      await alice.getByRole('button').click()
      expect(await heading(alice)).not.toBe('Tracker is connected')
    }
    await alice.goto(`${elsewhere}/frame`)
    expect(await alice.frames()[1]?.getByRole('button').count()).toBe(0)
    expect([world.tried, await connectionsOf('alice')]).toEqual([[], []])
    await evil.close()
  })

  test('SEC-252: with a keyboard alone, a token is typed, corrected and kept', async () => {
    const alice = await openBrowser()
    const { url } = await world.ask('alice', 'tracker')
    await alice.goto(url)
    await alice.keyboard.press('Tab')
    await alice.keyboard.press('Enter')
    await alice.getByLabel('Username').waitFor()
    await alice.keyboard.type('alice')
    await alice.keyboard.press('Tab')
    await alice.keyboard.type('wonderland')
    await alice.keyboard.press('Enter')
    await alice.getByRole('heading', { name: 'Connect Tracker?' }).waitFor()
    for (const text of [undefined, 'https://acme.tracker.example', 'a@b.example', 'wrong']) {
      await alice.keyboard.press('Tab')
      if (text !== undefined) await alice.keyboard.type(text)
    }
    await alice.keyboard.press('Tab')
    await alice.keyboard.type('Eur')
    await alice.getByLabel('API token').focus()
    await alice.keyboard.press('Enter')
    await alice.getByText('Tracker does not know this token.').waitFor()
    expect(await alice.title()).toMatch(/^Nothing is saved yet/)
    const token = alice.getByLabel('API token')
    expect(await token.evaluate((field) => field.matches(':focus'))).toBe(true)
    expect(await token.inputValue()).toBe('')
    expect(await alice.getByLabel('Site').inputValue()).toBe('https://acme.tracker.example')
    expect(await alice.getByLabel('Region').inputValue()).toBe('eu')
    await alice.keyboard.type('alice-token')
    await alice.keyboard.press('Enter')
    await alice.getByRole('heading', { name: 'Tracker is connected' }).waitFor()
    expect(await connectionsOf('alice')).toMatchObject([{ account: { id: 'alice' } }])
  })

  test('axe finds no fault with the pages as they are served, on a phone', async () => {
    const context = await browser.newContext({ viewport: { width: 360, height: 640 } })
    contexts.push(context)
    const alice = await context.newPage()
    const visited: string[] = []
    const check = async (): Promise<void> => {
      visited.push((await heading(alice)) ?? '')
      await alice.evaluate(axe.source)
      const { violations } = await alice.evaluate(async () =>
        (globalThis as unknown as { axe: typeof axe }).axe.run(document),
      )
      expect([visited.at(-1), violations.map(({ id }) => id)]).toEqual([visited.at(-1), []])
    }
    await alice.goto(`${world.baseUrl}/connect/tracker`)
    await check()
    await signIn(alice, 'alice')
    await check()
    await alice.getByLabel('Site').fill('https://acme.tracker.example')
    await alice.getByLabel('API token').fill('alice-token')
    await alice.getByLabel('Region').selectOption('eu')
    await alice.getByRole('button', { name: 'Connect' }).click()
    await check()
    await alice.getByRole('link').click()
    await check()
    await alice.getByRole('link', { name: 'Disconnect Tracker' }).click()
    await check()
    expect(visited).toEqual([
      'Sign in to go on',
      'Connect Tracker?',
      'Tracker is connected',
      'Your account',
      'Disconnect Tracker?',
    ])
  })
})
