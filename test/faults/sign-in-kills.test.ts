import { randomUUID } from 'node:crypto'
import { createScriptedBrowser, type Page, type ScriptedBrowser } from 'mcp-gatehouse/testing'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../contract/free-port.ts'
import { missingService, POSTGRES_URL } from '../contract/services.ts'
import { createAuthorizationRequest } from '../testing/flow.ts'
import { cleanUp } from './clean-up.ts'
import { callTool, postToken } from './replicas/calls.ts'
import type { Replica } from './replicas/start-replica.ts'
import { openSite, REDIRECT_URI, registerClient, type Site } from './replicas/world.ts'

const NAME = `sign_in_${randomUUID().replaceAll('-', '')}`
const missing = await missingService('PostgreSQL')
const LEAST_STEPS = 12
const CODE_SECONDS = 60
/** The whole of it takes some ten seconds; a machine that is busy takes longer to start processes. */
const PATIENCE = 180_000

type Form = Readonly<Record<string, string>>

/** How far somebody has come. */
interface Attempt {
  /** Whether our page has asked them. */
  wasAsked: boolean
  /** What the client has sent to the token endpoint. */
  form?: Form
}

test.skipIf(missing !== '')(
  `SEC-360: the node dies after each write between the request and the tokens; whoever tries again succeeds, and nothing that can be used is left${missing}`,
  { timeout: PATIENCE },
  async () => {
    const port = await freePort()
    const site = await openSite(POSTGRES_URL, NAME, port)
    let server = await site.start(port)
    onTestFinished(() => server.kill())
    const clientId = await registerClient(site.issuer)
    const given = new Set<unknown>()
    let steps = 0
    for (;;) {
      const browser = createScriptedBrowser()
      const attempt: Attempt = { wasAsked: false }
      await server.dieAfter(steps + 1)
      const first = await signIn(site, server, clientId, browser, attempt)
      if (first !== undefined) break
      steps += 1
      await server.kill()
      server = await site.start(port)

      const { form } = attempt
      const again = form && (await postToken(server, form))
      const asked: Attempt = { wasAsked: false }
      const answer =
        again?.status === 200 ? again : await signIn(site, server, clientId, browser, asked)
      expect(answer?.status, `step ${steps}`).toBe(200)
      // Nobody was told of what was allowed before: it is asked anew, of the same user and client.
      expect(again?.status === 200 || asked.wasAsked).toBe(true)
      const { access_token: accessToken, refresh_token: refreshToken } = answer?.body ?? {}
      given.add(refreshToken)
      expect((await callTool(server, String(accessToken)))?.status).toBe(200)
    }
    expect(steps).toBeGreaterThanOrEqual(LEAST_STEPS)
    // Each refresh token in the store was given to the client that has tried again, and no other one is.
    expect(given.size).toBe(steps)
    expect(await expiries(site, 'refresh-token')).toHaveLength(steps + 1)
    // A code that was redeemed is written again, and each write rounds up to a second.
    const now = Math.floor(Date.now() / 1_000)
    for (const expiresAt of await expiries(site, 'authorization-code')) {
      expect(expiresAt - now).toBeLessThanOrEqual(CODE_SECONDS + 2)
    }
  },
)

afterAll(() => cleanUp(NAME))

/** @returns The answer of the token endpoint; `undefined` where the node has died on the way. */
async function signIn(
  { issuer, resource }: Site,
  server: Replica,
  clientId: string,
  browser: ScriptedBrowser,
  attempt: Attempt,
): Promise<Awaited<ReturnType<typeof postToken>>> {
  const parameters = { redirect_uri: REDIRECT_URI, resource }
  const { url, codeVerifier } = createAuthorizationRequest(issuer, clientId, parameters)
  const code = await obtainCode(browser, url, attempt).catch((error: unknown) => {
    // `fetch failed`: nobody is there.
    if (error instanceof TypeError) return undefined
    throw error
  })
  if (code === undefined) return undefined
  attempt.form = {
    grant_type: 'authorization_code',
    client_id: clientId,
    code,
    code_verifier: codeVerifier,
    redirect_uri: REDIRECT_URI,
  }
  return postToken(server, attempt.form)
}

async function obtainCode(browser: ScriptedBrowser, url: URL, attempt: Attempt): Promise<string> {
  let stop = await browser.open(url)
  while (stop.kind === 'page') {
    if (stop.url.origin === url.origin) attempt.wasAsked = true
    stop = await browser.submit(stop, entryFor(stop))
  }
  const code = stop.url.searchParams.get('code')
  if (code === null) throw new Error(`no code: ${stop.url.href}`)
  return code
}

/** What alice does on a page of ours, or of the provider. */
function entryFor({ forms, text }: Page) {
  const labels = new Set(forms.flatMap(({ buttons }) => buttons.map(({ label }) => label)))
  if (labels.has('Allow')) return { button: 'Allow' }
  if (!labels.has('Sign in')) throw new Error(text)
  return { fields: { username: 'alice', password: 'wonderland' }, button: 'Sign in' }
}

async function expiries({ storage }: Site, kind: string): Promise<readonly number[]> {
  const found: number[] = []
  for await (const key of storage.list(`${kind}:`)) {
    const record = await storage.get(key)
    if (record?.expiresAt !== undefined) found.push(record.expiresAt)
  }
  return found
}
