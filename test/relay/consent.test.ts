import { expect, test } from 'vitest'
import { createAuthorizationRequest, REDIRECT_URI } from '../testing/flow.ts'
import { newClient, openConsent } from './flow.ts'
import { startRelay } from './world.ts'

test('AS-11 the page names client, redirect URI, resource, scopes and what the provider is asked for', async () => {
  const world = await startRelay()
  const clientId = await newClient(world, '<b>Notes</b>')
  const { url } = createAuthorizationRequest(world.issuer, clientId, { scope: 'notes:read' })
  const answer = await fetch(url)
  const html = await answer.text()
  for (const text of ['&lt;b&gt;Notes', REDIRECT_URI, world.resource, 'Read your notes']) {
    expect(html).toContain(text)
  }
  expect(html).not.toContain('Change your notes')
  expect(html).toContain(new URL(world.provider.issuer).host)
  expect(answer.headers.get('x-frame-options')).toBe('DENY')
  expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
})

test('AS-14 AS-15 nothing is asked of the provider, stored or set for a sign-in before the user has allowed it', async () => {
  const world = await startRelay()
  const { storage } = world.options
  const clientId = await newClient(world)
  const { url } = createAuthorizationRequest(world.issuer, clientId)
  const answer = await fetch(url)
  expect(answer.headers.getSetCookie().map((line) => line.split('=')[0])).toEqual([
    `gatehouse-relay-${new URL(world.issuer).port}`,
  ])
  const kinds = new Set<string>()
  for await (const key of storage.list('relay')) kinds.add(key.split(':')[0] ?? '')
  expect([...kinds]).toEqual(['relay-client'])
  expect(world.provider.requests).toEqual([])
})

test('AS-12 on https the cookies are __Host-, Secure, HttpOnly and SameSite=Lax', async () => {
  const world = await startRelay({ options: () => ({ issuer: 'https://mcp.example.com' }) })
  const address = new URL(world.resource).origin
  const clientId = await newClient({ ...world, issuer: address })
  const { url } = createAuthorizationRequest(address, clientId)
  const shown = await fetch(url)
  const [form = ''] = shown.headers.getSetCookie()
  expect(form).toMatch(
    /^__Host-gatehouse-relay=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
  )
  const html = await shown.text()
  const csrfToken = /name="csrf_token" value="([^"]+)"/.exec(html)?.[1] ?? ''
  const sent = await fetch(`${address}/authorize/consent${url.search}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: form.split(';')[0] ?? '' },
    body: new URLSearchParams({ csrf_token: csrfToken, decision: 'allow' }),
  })
  expect(sent.status).toBe(303)
  expect(sent.headers.getSetCookie()[0]).toMatch(
    /^__Host-relay-sign-in-[0-9a-f]{16}=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
  )
})

test('consent cannot be skipped: by GET, without the form, from another browser, for another request, or twice', async () => {
  const world = await startRelay()
  const clientId = await newClient(world)
  const mallory = await newClient(world, 'Mallory')
  const { url } = createAuthorizationRequest(world.issuer, clientId)
  const shown = await fetch(url)
  const cookie = shown.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const csrfToken = /name="csrf_token" value="([^"]+)"/.exec(await shown.text())?.[1] ?? ''
  const endpoint = `${world.issuer}/authorize/consent`
  const post = async (
    query: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>>,
  ): Promise<Response> =>
    fetch(endpoint + query, {
      method: 'POST',
      redirect: 'manual',
      headers,
      body: new URLSearchParams(fields),
    })
  const allow = { csrf_token: csrfToken, decision: 'allow' }

  expect((await fetch(endpoint + url.search, { headers: { cookie } })).status).toBe(405)
  expect((await post(url.search, { decision: 'allow' }, { cookie })).status).toBe(403)
  // A form that an attacker has loaded, sent by the browser of somebody else.
  expect((await post(url.search, allow, {})).status).toBe(403)
  const other = cookie.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A'))
  expect((await post(url.search, allow, { cookie: other })).status).toBe(403)
  // A form for one client does for no other, and for no other scopes: the page is shown again.
  for (const change of [
    ['client_id', mallory],
    ['scope', 'notes:write'],
    ['state', 'x'],
  ] as const) {
    const changed = new URL(url)
    changed.searchParams.set(change[0], change[1])
    const answer = await post(changed.search, allow, { cookie })
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('csrf_token')
  }
  expect(world.provider.requests).toEqual([])
  const first = await post(url.search, allow, { cookie })
  expect(first.status).toBe(303)
  expect((await post(url.search, allow, { cookie })).status).toBe(409)
})

test('a page that was left open for half an hour is answered no more', async () => {
  let now = 1_800_000_000
  const clock = { now: () => now, elapsed: () => performance.now() }
  const world = await startRelay({ options: () => ({ clock }) })
  const { browser, page } = await openConsent(world, await newClient(world))
  now += 1_801
  const answer = await browser.submit(page, { button: 'Allow' })
  expect(answer).toMatchObject({ kind: 'page', status: 403 })
})

test('AS-18 whoever denies is sent back with access_denied, state and iss', async () => {
  const world = await startRelay()
  const clientId = await newClient(world)
  const { browser, page } = await openConsent(world, clientId)
  const { url } = await browser.submit(page, { button: 'Deny' })
  expect(Object.fromEntries(url.searchParams)).toEqual({
    error: 'access_denied',
    state: 'opaque',
    iss: world.issuer,
  })
  expect(world.provider.requests).toEqual([])
})
