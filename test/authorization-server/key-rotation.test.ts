import { decodeProtectedHeader } from 'jose'
import { createKeyRing, generateKey, type KeyRing, keysFromFunction } from 'mcp-gatehouse/keys'
import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import { expect, test } from 'vitest'
import {
  ALICE,
  createAuthorizationRequest,
  obtainTokens,
  postToken,
  register,
} from '../testing/flow.ts'
import { expectPage } from './user-agent.ts'
import { startAuthorizationServer } from './world.ts'

interface RotatingRing {
  readonly ring: KeyRing
  /** Puts a new key in front, and keeps the old one. */
  rotate(): Promise<void>
  /** Takes the old ones out. */
  clean(): void
}

async function createRotatingRing(use: 'cookies' | 'signing'): Promise<RotatingRing> {
  let keys = [await generateKey({ use })]
  let document = { keys }
  let elapsed = 0
  const clock = { now: () => Math.floor(Date.now() / 1_000), elapsed: () => elapsed }
  const source = keysFromFunction(() => document, { checkSeconds: 1 })
  return {
    ring: await createKeyRing({ use, source, clock }),
    async rotate() {
      const old = keys.map((key) => ({ ...key, status: 'previous' as const }))
      keys = [await generateKey({ use }), ...old]
      document = { keys }
      elapsed += 1_000
    },
    clean() {
      keys = keys.slice(0, 1)
      document = { keys }
      elapsed += 1_000
    },
  }
}

test('AS-25 SEC-169 keys change without signing anybody out, until they are taken away', async () => {
  const [signing, cookies] = [
    await createRotatingRing('signing'),
    await createRotatingRing('cookies'),
  ]
  const world = await startAuthorizationServer({
    options: () => ({ keys: { signing: signing.ring, cookies: cookies.ring } }),
  })
  try {
    const { client } = await register(world.issuer, { application_type: 'native' })
    const clientId = String(client['client_id'])
    const browser = createScriptedBrowser()
    const flow = { browser, clientId, signIn: ALICE }
    const before = await obtainTokens(world.issuer, flow)
    await signing.rotate()
    await cookies.rotate()
    const refreshed = await postToken(world.issuer, {
      grant_type: 'refresh_token',
      client_id: clientId,
      refresh_token: String(before['refresh_token']),
    })
    expect(refreshed.status).toBe(200)
    const kids = [before, refreshed.body].map(
      (tokens) => decodeProtectedHeader(String(tokens['access_token'])).kid,
    )
    expect(kids[0]).not.toBe(kids[1])
    const { keys } = (await (await fetch(`${world.issuer}/jwks`)).json()) as {
      readonly keys: readonly { readonly kid: string }[]
    }
    expect(keys.map(({ kid }) => kid)).toEqual([kids[1], kids[0]])
    // The session's cookie was signed with the old key: nobody has to sign in again.
    const again = await obtainTokens(world.issuer, {
      ...flow,
      signIn: { username: 'alice', password: 'is not asked for' },
    })
    expect(again).toMatchObject({ access_token: expect.any(String) })
    // What that key has signed is worth nothing when it is gone.
    await cookies.rotate()
    cookies.clean()
    const { url } = createAuthorizationRequest(world.issuer, clientId)
    const consent = expectPage(await browser.open(url))
    const signIn = expectPage(await browser.submit(consent, { button: 'Allow' }))
    expect(signIn.url.pathname).toMatch(/\/sign-in$/)
  } finally {
    await world.close()
  }
})
