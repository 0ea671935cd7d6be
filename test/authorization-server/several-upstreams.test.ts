import { createPrincipal, createScriptedBrowser } from 'mcp-gatehouse/testing'
import { describe, expect, test } from 'vitest'
import { choose, SUBJECT, signInThere, start, type, type World } from './several-upstreams-world.ts'
import { expectCallback, expectPage } from './user-agent.ts'

describe('after the consent, and never before it, the user comes to', () => {
  test('the provider of their address', async () => {
    const world = await start()
    const browser = createScriptedBrowser()
    const { consent, stop } = await world.allow(browser)
    expect(consent.text).toContain('Next, you choose where you sign in.')
    expect(consent.text).not.toContain(new URL(world.staff.issuer).host)
    const choice = expectPage(stop)
    expect(choice.url.pathname).toMatch(/\/interaction\/[\w-]+\/choose$/)
    expect([...world.staff.requests, ...world.partners.requests]).toEqual([])
    const signIn = await type(browser, choice, ' Alice@ACME.example ')
    expect(signIn.url.origin).toBe(new URL(world.staff.issuer).origin)
    const callback = await signInThere(browser, expectPage(signIn))
    expect(expectCallback(callback).searchParams.has('code')).toBe(true)
    expect(world.partners.requests).toEqual([])
  })

  test('the one that they choose', async () => {
    const world = await start()
    const browser = createScriptedBrowser()
    const { stop } = await world.allow(browser)
    const signIn = await choose(browser, expectPage(stop), world)
    expect(signIn.url.origin).toBe(new URL(world.partners.issuer).origin)
  })

  test('the one of `login_hint`, whose host the consent page names', async () => {
    const world = await start()
    const { consent, stop } = await world.allow(createScriptedBrowser(), {
      login_hint: 'alice@acme.example',
    })
    const { host, origin } = new URL(world.staff.issuer)
    expect(consent.text).toContain(`Next, you sign in at ${host} .`)
    expect(stop.url.origin).toBe(origin)
  })

  test('the one of the resource, whatever the hint says', async () => {
    const resource = 'https://partner.example/mcp'
    const world = await start({ resource, partners: { resourceHosts: ['partner.example'] } })
    const { consent, stop } = await world.allow(createScriptedBrowser(), {
      resource,
      login_hint: 'alice@acme.example',
    })
    const { host, origin } = new URL(world.partners.issuer)
    expect(consent.text).toContain(`Next, you sign in at ${host} .`)
    expect(stop.url.origin).toBe(origin)
  })
})

test.each([
  'mallory@unknown.example',
  'alice@sub.acme.example',
  'acme.example',
  '@acme.example',
  '',
])('for %j nothing is known, and the page says the same', async (email) => {
  const world = await start()
  const browser = createScriptedBrowser()
  const { stop } = await world.allow(browser)
  const again = expectPage(await type(browser, expectPage(stop), email))
  expect([again.status, again.url.pathname.endsWith('/choose')]).toEqual([400, true])
  expect(again.text).toContain('No sign-in is known for addresses like this one.')
  const signIn = await type(browser, again, 'whoever@acme.example')
  expect(signIn.url.origin).toBe(new URL(world.staff.issuer).origin)
})

test('the page is not there before the consent, for another browser, or for forged forms', async () => {
  const world = await start()
  const browser = createScriptedBrowser()
  const { stop, request } = await world.allow(browser)
  const { url } = expectPage(stop)
  const stranger = expectPage(await createScriptedBrowser().open(url))
  expect(stranger.status).toBe(404)
  const early = createScriptedBrowser()
  const consent = expectPage(await early.open(request.url))
  expect(expectPage(await early.open(`${consent.url}/choose`)).status).toBe(409)
  const forged = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ upstream: 'partners' }),
  })
  expect(forged.status).toBe(404)
})

test('an upstream without a label is not offered, and cannot be named', async () => {
  const world = await start()
  const browser = createScriptedBrowser()
  const { stop } = await world.allow(browser)
  const page = expectPage(stop)
  expect(page.text).not.toContain(new URL(world.staff.issuer).host)
  // The page is this test's own: what it sends is changed in place.
  for (const { buttons } of page.forms) {
    for (const button of buttons) Object.assign(button, { value: 'staff' })
  }
  const named = await choose(browser, page, world)
  expect(expectPage(named).status).toBe(400)
})

async function signInAt(
  world: World,
  name: 'partners' | 'staff',
  browser = createScriptedBrowser(),
) {
  const { stop, request } = await world.allow(browser, { prompt: 'login' })
  const page = expectPage(stop)
  const signIn =
    name === 'staff'
      ? await type(browser, page, 'a@acme.example')
      : await choose(browser, page, world)
  const last = signIn.kind === 'page' ? await signInThere(browser, signIn) : signIn
  const tokens = await world.redeem(last, request.codeVerifier)
  return { tokens, claims: await world.claims(tokens) }
}

describe('users of two upstreams with one subject', () => {
  test('are two accounts, with tokens, approvals and a sign-out of their own', async () => {
    const world = await start()
    const { server, issuer } = world
    const [staff, partner] = [await signInAt(world, 'staff'), await signInAt(world, 'partners')]
    expect(staff.claims['sub']).not.toBe(partner.claims['sub'])
    const [one, other] = [staff, partner].map(({ claims }) =>
      createPrincipal({ sub: claims['sub'] }, issuer),
    )
    if (one === undefined || other === undefined) throw new Error('two principals')
    const [first, second] = [await server.upstreamToken(one), await server.upstreamToken(other)]
    expect(first.accessToken).not.toBe(second.accessToken)
    expect(await server.approvals.list(one)).toHaveLength(1)
    expect(await server.approvals.list(other)).toHaveLength(1)

    await expect(server.signOut({ subject: SUBJECT })).rejects.toMatchObject({
      code: 'ERR_CONFIG_NOT_A_STRING',
    })
    expect(await server.signOut({ issuer: world.staff.issuer, subject: SUBJECT })).toBe(true)
    await expect(server.upstreamToken(one)).rejects.toMatchObject({
      code: 'ERR_UPSTREAM_SIGN_IN_NEEDED',
    })
    expect(await server.upstreamToken(other)).toHaveProperty('accessToken')
    expect(await world.claims(partner.tokens)).toHaveProperty('sub')
    expect(await world.claims(staff.tokens)).toEqual({})
  })

  test('a session of one does not count where the other is asked for', async () => {
    const resource = 'https://partner.example/mcp'
    const world = await start({ resource, partners: { resourceHosts: ['partner.example'] } })
    const browser = createScriptedBrowser()
    await signInAt(world, 'staff', browser)
    const here = await world.allow(browser)
    expect(here.stop.kind).toBe('callback')
    const there = await world.allow(browser, { resource })
    expect(there.stop.url.origin).toBe(new URL(world.partners.issuer).origin)
  })
})

test('no upstream is believed an address of a domain that is another’s', async () => {
  const world = await start({ partnersEmail: 'ceo@acme.example' })
  const partner = await signInAt(world, 'partners')
  expect(partner.claims).not.toHaveProperty('email')
  const staff = await signInAt(world, 'staff')
  expect(staff.claims).toMatchObject({ email: 'alice@acme.example' })
})

test('SEC-151 an answer of one upstream at the callback of the other is 403', async () => {
  const world = await start()
  let last = new URL(world.issuer)
  const browser = createScriptedBrowser({
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input)
      // What one provider sent the browser to is asked for at the callback of the other.
      if (url.pathname === '/callback/partners') url.pathname = '/callback/staff'
      last = url
      return fetch(url, init)
    },
  })
  const { stop } = await world.allow(browser)
  const signIn = await choose(browser, expectPage(stop), world)
  const refused = expectPage(await signInThere(browser, expectPage(signIn)))
  expect([refused.status, last.pathname]).toEqual([403, '/callback/staff'])
  expect(world.staff.requests).toEqual([])
  expect(world.partners.requests.filter((request) => request.endsWith('/token'))).toEqual([])
})

test('warmUp reads all of them, and says sooner what trying again does not mend', async () => {
  const world = await start()
  await world.server.warmUp()
  for (const { requests } of [world.staff, world.partners]) expect(requests).toHaveLength(2)
  await world.partners.close()
  const away = await start()
  await away.partners.close()
  await expect(away.server.warmUp()).rejects.toMatchObject({ retryable: true })
  away.staff.intercept = (_req, res) => {
    res.writeHead(404).end()
    return true
  }
  const wrong = await start()
  wrong.staff.intercept = away.staff.intercept
  await wrong.partners.close()
  await expect(wrong.server.warmUp()).rejects.toMatchObject({ retryable: false })
})
