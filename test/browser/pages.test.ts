import axe from 'axe-core'
import type { Browser, Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPages, type Page } from '../../src/pages/index.ts'
import { launchChromium, missingChromium } from './chromium.ts'
import { listen, type PageServer, send } from './page-server.ts'
import { BRAND, samplePages, UNVERIFIED, VERIFIED } from './samples.ts'

const missing = missingChromium()
const TIMEOUT = 180_000
const LONG = 'W'.repeat(10_000)
/** Colours that cannot be seen as they are on a light or on a dark page. */
const COLORS = ['#ffffff', '#ffff00', '#000000']

describe.skipIf(missing !== '')(`pages in Chromium${missing}`, { timeout: TIMEOUT }, () => {
  const pages = new Map<string, Page>()
  let names: readonly string[] = []
  let browser: Browser
  let server: PageServer

  beforeAll(async () => {
    for (const [name, page] of Object.entries(await samplePages())) pages.set(name, page)
    names = [...pages.keys()]
    for (const color of COLORS) {
      const colored = await createPages({ brand: { ...BRAND, color } })
      pages.set(`consent in ${color}`, colored.consent(VERIFIED))
    }
    const plain = await createPages({ brand: { name: 'Acme' } })
    pages.set(
      'long values',
      plain.consent({
        ...UNVERIFIED,
        clientName: LONG,
        clientId: LONG,
        redirectUri: `https://${'w'.repeat(60)}.example/${LONG}`,
        resource: `https://notes.example/${LONG}`,
        scopes: [{ name: LONG.slice(0, 200), text: LONG.slice(0, 200) }],
        upstreamScopes: [LONG.slice(0, 200)],
        signedInAs: LONG,
      }),
    )
    server = await listen((req, res) => {
      const page = pages.get(decodeURIComponent(req.url?.slice(1) ?? ''))
      if (page === undefined) res.writeHead(404).end()
      else send(res, page)
    })
    browser = await launchChromium()
  }, TIMEOUT)

  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  const address = (name: string): string => `${server.origin}/${encodeURIComponent(name)}`

  const openIn = async (
    name: string,
    options: Parameters<Browser['newPage']>[0] = {},
  ): Promise<Tab> => {
    const tab = await browser.newPage(options)
    await tab.goto(address(name))
    return tab
  }

  test.each(['light', 'dark'] as const)(
    'AS-11 axe finds no fault with any page in the %s scheme, whatever the operator’s colour',
    async (colorScheme) => {
      const tab = await browser.newPage({ colorScheme })
      for (const name of pages.keys()) {
        await tab.goto(address(name))
        // Not as a script of the page, whose policy would refuse it.
        await tab.evaluate(axe.source)
        const { violations, passes } = await tab.evaluate(async () => {
          const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
          return (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
            runOnly: tags,
          })
        })
        const found = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])
        expect([name, found]).toEqual([name, []])
        expect(passes.map(({ id }) => id)).toContain('color-contrast')
      }
      await tab.close()
    },
  )

  test('SEC-168 a page is one request, and its own policy has nothing to refuse', async () => {
    const tab = await browser.newPage()
    const asked: string[] = []
    const said: string[] = []
    tab.on('request', (request) => asked.push(request.url()))
    tab.on('console', (message) => said.push(message.text()))
    for (const name of names) await tab.goto(address(name))
    const own = asked.filter((url) => !url.startsWith('data:') && !url.endsWith('/favicon.ico'))
    expect(own).toEqual(names.map(address))
    expect(said.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([])
    expect(await tab.evaluate(() => getComputedStyle(document.body).margin)).toBe('0px')
    await tab.close()
  })

  test('the logo of the operator is shown', async () => {
    const tab = await openIn('done')
    const width = await tab
      .locator('header img')
      .evaluate((image) => (image as HTMLImageElement).naturalWidth)
    expect(width).toBe(36)
    await tab.close()
  })

  test('SEC-167 a verified domain is larger than the name that the client gave itself', async () => {
    const tab = await openIn('consent-verified')
    const sizeOf = (selector: string): Promise<number> =>
      tab
        .locator(selector)
        .evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize))
    expect(await sizeOf('.domain bdi')).toBeGreaterThan((await sizeOf('.name bdi')) + 4)
    await tab.close()
  })

  test('no page is wider than a phone of 320 pixels, whatever stands in it', async () => {
    const tab = await browser.newPage({ viewport: { width: 320, height: 568 } })
    for (const name of pages.keys()) {
      await tab.goto(address(name))
      const width = await tab.evaluate(() => document.documentElement.scrollWidth)
      expect([name, width]).toEqual([name, 320])
    }
    await tab.close()
  })

  test('with a keyboard, consent is reached in order, and Enter alone never allows', async () => {
    const tab = await openIn('consent-verified')
    const stops: string[] = []
    for (let stop = 0; stop < 3; stop += 1) {
      await tab.keyboard.press('Tab')
      stops.push(
        await tab.evaluate(() => {
          const { activeElement: element } = document
          return element instanceof HTMLInputElement ? element.name : (element?.textContent ?? '')
        }),
      )
      const ring = await tab.evaluate(
        () => getComputedStyle(document.activeElement ?? document.body).outlineWidth,
      )
      expect(ring).toBe('3px')
    }
    expect(stops).toEqual(['remember', 'Deny', 'Allow'])
    await tab.getByRole('checkbox').focus()
    const sent = tab.waitForRequest((request) => request.method() === 'POST')
    await tab.keyboard.press('Enter')
    expect((await sent).postData()).toBe('csrf_token=0.token&decision=deny')
    await tab.close()
  })

  test('a screen reader is told who asks, what for, and what the buttons do', async () => {
    const tab = await openIn('consent-loopback')
    expect(await tab.getByRole('main').ariaSnapshot()).toMatchInlineSnapshot(`
      "- main:
        - heading "Allow access to Acme Notes?" [level=1]
        - paragraph: Code Editor
        - paragraph: Not verified
        - paragraph: The application gave itself this name. Nobody has checked it.
        - note:
          - paragraph: The answer goes to a program on this device, and any program here can pretend to be this application. Allow it only if you have just started it yourself.
        - term: Sends you back to
        - definition: 127.0.0.1:33418 (this device) http://127.0.0.1:33418/callback
        - term: Access to
        - definition: https://notes.acme.example/mcp
        - heading "It will be able to" [level=2]
        - list:
          - listitem:
            - text: Read your notes
            - code: notes:read
        - heading "Acme Notes will ask login.acme.example for" [level=2]
        - list:
          - listitem: Confirmation of who you are
          - listitem: Your email address
          - listitem: Access that lasts while you are away
        - button "Deny"
        - button "Allow"
        - paragraph: Next, you sign in at login.acme.example.
        - group: Application ID"
    `)
    await tab.close()
  })

  test('the sign-in can be typed at once, and says which attempt failed', async () => {
    const tab = await openIn('sign-in-failed')
    const focused = await tab.evaluate(() => document.activeElement?.getAttribute('name'))
    expect(focused).toBe('password')
    expect(await tab.title()).toBe('The username or the password is wrong. Sign in – Acme Notes')
    expect(await tab.getByRole('alert').textContent()).toBe(
      'The username or the password is wrong.',
    )
    expect(await tab.getByLabel('Username').inputValue()).toBe('ada')
    expect(await tab.getByLabel('Password').inputValue()).toBe('')
    await tab.close()
  })
})
