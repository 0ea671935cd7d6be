import { createResourceServer } from 'mcp-gatehouse'
import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ALICE, BOB, obtainTokens, register } from '../testing/flow.ts'
import { startLogoutProvider } from './logout-provider.ts'
import { startAuthorizationServer } from './world.ts'

vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })

async function start() {
  let issuer = ''
  const provider = await startLogoutProvider(() => issuer)
  const world = await startAuthorizationServer({
    options: () => ({
      users: undefined,
      upstream: provider.upstream,
      limits: { failuresPerAddress: '3/minute' },
    }),
  })
  onTestFinished(() => world.close())
  issuer = world.issuer
  return { ...world, provider }
}

test('open streams of a user whom the provider signs out end within 60 s, and nobody else’s', async () => {
  const { issuer, resource, server, provider } = await start()
  const { client } = await register(issuer, { application_type: 'native' })
  const clientId = String(client['client_id'])
  const gatehouse = createResourceServer({
    resource,
    authorizationServers: [issuer],
    verifier: server.verifier,
    revocations: server.revocations,
    allowInsecureLoopback: true,
  })
  const open = async (signIn: typeof ALICE) => {
    const browser = createScriptedBrowser()
    const tokens = await obtainTokens(issuer, { browser, clientId, signIn })
    const events = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode(': open\n\n')),
    })
    const serve = gatehouse.protect(
      () => new Response(events, { headers: { 'content-type': 'text/event-stream' } }),
    )
    const authorization = `Bearer ${String(tokens['access_token'])}`
    const headers = { authorization, accept: 'text/event-stream' }
    const { body } = await serve(new Request(resource, { headers }))
    const reader = body?.getReader()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(': open\n\n')
    const over = vi.fn<() => void>()
    reader?.closed.then(over, over)
    return { browser, over }
  }
  const [alice, bob] = [await open(ALICE), await open(BOB)]
  await provider.signOut(alice.browser)
  expect(provider.answers).toEqual(['ok'])
  await vi.advanceTimersByTimeAsync(60_000)
  await expect.poll(() => alice.over.mock.calls.length).toBe(1)
  expect(bob.over).not.toHaveBeenCalled()
})

test('logout tokens that are refused are failures of their address, which is then answered 429 as JSON', async () => {
  const { issuer, provider, events } = await start()
  const send = (token: string) =>
    fetch(`${issuer}/backchannel-logout/upstream`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: token }),
    })
  const now = Math.floor(Date.now() / 1_000)
  const good = () =>
    provider.sign({
      iss: provider.issuer,
      aud: 'gatehouse',
      iat: now,
      exp: now + 120,
      jti: crypto.randomUUID(),
      sub: 'nobody',
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    })
  for (let count = 0; count < 10; count += 1) expect((await send(await good())).status).toBe(200)
  const refused = [await send('x'), await send('y'), await send('z'), await send(await good())]
  expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 429])
  const last = refused.at(-1)
  expect([last?.headers.get('content-type'), await last?.json()]).toEqual([
    'application/json',
    { error: 'temporarily_unavailable' },
  ])
  expect(last?.headers.get('retry-after')).toMatch(/^\d+$/)
  expect(events).toContainEqual(
    expect.objectContaining({
      type: 'authorization_server.limited',
      endpoint: 'backchannelLogout',
    }),
  )
})
