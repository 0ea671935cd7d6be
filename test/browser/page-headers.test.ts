import type { ServerResponse } from 'node:http'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createPages, type Page } from '../../src/pages/index.ts'
import { launchChromium, missingChromium } from './chromium.ts'
import { listen, type PageServer, send } from './page-server.ts'
import { UNVERIFIED } from './samples.ts'

const missing = missingChromium()
const TIMEOUT = 180_000
const POPUP_OPENER = `<!doctype html><title>Client</title><button>Connect</button><script>
addEventListener('message', ({ data }) => { document.title = data })
document.querySelector('button').onclick = () => open('/start')</script>`
const POPUP_CALLBACK = `<!doctype html><title>Callback</title><script>
document.title = opener ? 'has an opener' : 'has no opener'
opener?.postMessage('signed in', location.origin)</script>`

describe.skipIf(missing !== '')(
  `headers of pages in Chromium${missing}`,
  {
    timeout: TIMEOUT,
  },
  () => {
    /** What the page is sent with instead. */
    let headers: Readonly<Record<string, string>> = {}
    /** Where the upstream sends the user. */
    let callback = ''
    let page: Page
    let browser: Browser
    let context: BrowserContext
    let ours: PageServer
    let upstream: PageServer
    let client: PageServer
    let elsewhere: PageServer

    const redirect = (res: ServerResponse, location: string): void => {
      res.writeHead(303, { Location: location }).end()
    }
    const sendHtml = (res: ServerResponse, html: string): void => {
      res.writeHead(200, { 'Content-Type': 'text/html' }).end(html)
    }

    beforeAll(async () => {
      const pages = await createPages({ brand: { name: 'Acme' } })
      page = pages.consent({ ...UNVERIFIED, action: '/consent' })
      ours = await listen((req, res) => {
        if (req.method === 'POST') redirect(res, `${upstream.origin}/authorize`)
        else send(res, page, headers)
      })
      // It remembers the user, and asks nothing.
      upstream = await listen((_req, res) => redirect(res, `${client.origin}${callback}`))
      client = await listen((req, res) => {
        if (req.url === '/start') redirect(res, `${ours.origin}/consent`)
        else if (req.url === '/callback') redirect(res, `${elsewhere.origin}/connected`)
        else if (req.url === '/popup-callback') sendHtml(res, POPUP_CALLBACK)
        else if (req.url === '/frame')
          sendHtml(res, `<iframe src="${ours.origin}/consent"></iframe>`)
        else sendHtml(res, POPUP_OPENER)
      })
      elsewhere = await listen((_req, res) => sendHtml(res, '<title>Connected</title>'))
      browser = await launchChromium()
    }, TIMEOUT)

    beforeEach(async () => {
      headers = {}
      callback = '/callback'
      await context?.close()
      context = await browser.newContext()
    })

    afterAll(async () => {
      await browser?.close()
      for (const server of [ours, upstream, client, elsewhere]) await server?.close()
    })

    const buttonsInFrame = async (): Promise<number | undefined> => {
      const tab = await context.newPage()
      await tab.goto(`${client.origin}/frame`)
      return tab.frames()[1]?.getByRole('button').count()
    }

    test('SEC-166 a page of another site cannot frame the consent page', async () => {
      expect(await buttonsInFrame()).toBe(0)
      headers = { 'X-Frame-Options': 'none', 'Content-Security-Policy': "default-src 'none'" }
      expect(await buttonsInFrame()).toBe(2)
    })

    const connectInPopup = async (): Promise<{
      opener: () => Promise<string>
      callback: string
    }> => {
      callback = '/popup-callback'
      const tab = await context.newPage()
      await tab.goto(client.origin)
      const opened = context.waitForEvent('page')
      await tab.getByRole('button').click()
      const popup = await opened
      await popup.getByRole('button', { name: 'Allow' }).click()
      await popup.waitForURL(`${client.origin}/popup-callback`, { timeout: 60_000 })
      return { opener: () => tab.title(), callback: await popup.title() }
    }

    test('a client that opened the page in a popup hears back from its callback', async () => {
      const { opener, callback: title } = await connectInPopup()
      expect(title).toBe('has an opener')
      await expect.poll(opener, { timeout: 60_000 }).toBe('signed in')
    })

    test.each(['same-origin', 'same-origin-allow-popups', 'noopener-allow-popups'])(
      'Cross-Origin-Opener-Policy: %s would cut it off',
      async (policy) => {
        headers = { 'Cross-Origin-Opener-Policy': policy }
        expect((await connectInPopup()).callback).toBe('has no opener')
      },
    )

    test('an answer goes on through every redirect, also to a site that the client sends on to', async () => {
      const tab = await context.newPage()
      await tab.goto(`${ours.origin}/consent`)
      await tab.getByRole('button', { name: 'Allow' }).click()
      await tab.waitForURL(`${elsewhere.origin}/connected`, { timeout: 60_000 })
      expect(await tab.title()).toBe('Connected')
    })

    test.each([
      ["'self'", 'the upstream'],
      ["'self' http://127.0.0.1:UPSTREAM", 'the client'],
      ["'self' http://127.0.0.1:UPSTREAM http://127.0.0.1:CLIENT", 'where the client sends on to'],
    ])('Chromium would hold form-action %s against %s', async (sources) => {
      const formAction = sources
        .replace('http://127.0.0.1:UPSTREAM', upstream.origin)
        .replace('http://127.0.0.1:CLIENT', client.origin)
      headers = {
        'Content-Security-Policy': `${page.headers['Content-Security-Policy']}; form-action ${formAction}`,
      }
      const tab = await context.newPage()
      await tab.goto(`${ours.origin}/consent`)
      const refused = tab.waitForEvent('console', {
        predicate: (message) => message.text().includes('form-action'),
        timeout: 60_000,
      })
      await tab.getByRole('button', { name: 'Allow' }).click()
      await refused
      expect(tab.url()).toBe(`${ours.origin}/consent`)
    })
  },
)
