import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  connectionsOf,
  connectUntilChoice,
  ERROR,
  recordKeys,
  shown,
  visit,
  WRONG_USER,
} from '../connections/page-stories.ts'
import { type PagesWorld, startPagesWorld } from '../connections/pages-world.ts'
import { createVisitor, signIn } from '../connections/visitor.ts'

let world: PagesWorld
beforeEach(async () => {
  world = await startPagesWorld()
})
afterEach(() => world.close())

it('a user connects a service, and is told at each step who asks for what', async () => {
  const { alice, asked, choice } = await connectUntilChoice(world)
  expect(shown(choice)).toEqual([200, 'Is this your GitHub account?'])
  expect(choice.text).toContain('<bdi>alice</bdi>')
  expect(await connectionsOf(world)).toEqual([])
  const done = await alice.follow(await alice.press(choice, { decision: 'yes' }))
  expect(shown(done)).toEqual([200, 'GitHub is connected'])
  expect(done.text).toContain('return to <bdi>Assistant</bdi>')
  expect(await connectionsOf(world)).toMatchObject([
    { service: 'github', account: { id: '583231', name: 'alice' }, connectedBy: 'client-1' },
  ])
  expect(await world.core.requests.outcome(world.owner('alice'), asked.id)).toBe('connected')
})

describe('SEC-234, E-13: a link that Alice sends to Bob', () => {
  it('SEC-234: stops Bob with 403 before anything is shown, set or sent anywhere', async () => {
    const bob = await visit(world, 'bob')
    const { id, url } = await world.ask('alice')
    const cookies = new Map(bob.cookies)
    const page = await bob.get(url)
    expect(shown(page)).toEqual(WRONG_USER)
    for (const told of ['GitHub', 'Assistant', 'list_issues', 'alice']) {
      expect(page.text).not.toContain(told)
    }
    expect([world.github.requests.length, new Map(bob.cookies)]).toEqual([0, cookies])
    const own = await bob.get(`${world.baseUrl}/connect/github`)
    const forms = [
      { decision: 'connect' },
      { decision: 'connect', csrf_token: /csrf_token" value="([^"]+)/.exec(own.text)?.[1] ?? '' },
    ]
    for (const form of forms) expect(shown(await bob.post(url, form))).toEqual(WRONG_USER)
    expect(await world.core.requests.outcome(world.owner('alice'), id)).toBe('pending')
    for (const user of ['alice', 'bob'] as const) {
      expect(await world.core.vault.list(world.owner(user))).toEqual([])
    }
    const mismatch = world.events.find(({ type }) => type === 'elicit.user_mismatch')
    expect(mismatch).toMatchObject({
      service: 'github',
      subject: world.owner('alice').subject,
      openedBy: { issuer: world.owner('bob').issuer, subject: world.owner('bob').subject },
      clientId: 'client-1',
    })
  })

  it('E-13: asks whoever is not signed in to sign in, and compares then', async () => {
    const bob = createVisitor()
    const { url } = await world.ask('alice')
    const needed = await bob.get(url)
    expect(shown(needed)).toEqual([200, 'Sign in to go on'])
    expect(needed.text).not.toMatch(/GitHub|Assistant|list_issues/)
    expect(shown(await signIn(bob, needed, 'bob'))).toEqual(WRONG_USER)
  })

  it('E-13: lets the right user go on who was signed in as another', async () => {
    const visitor = await visit(world, 'bob')
    const { url } = await world.ask('alice')
    const again = await visitor.follow(await visitor.press(await visitor.get(url), {}))
    expect(again.text).toContain('name="password"')
    const page = await visitor.follow(
      await visitor.press(again, { username: 'alice', password: 'wonderland' }),
    )
    expect(shown(page)).toEqual([200, 'Connect GitHub?'])
  })
})

describe('SEC-236, SEC-237: a link', () => {
  it('SEC-236: E-12: has our address and 256 random bits, and nothing else', async () => {
    const { url } = await world.ask('alice')
    const { origin, pathname, searchParams, hash } = new URL(url)
    expect([origin, pathname, [...searchParams.keys()], hash]).toEqual([
      world.baseUrl,
      '/connect/github',
      ['request'],
      '',
    ])
    expect(searchParams.get('request')).toMatch(/^[\w-]{43}$/)
  })

  it('SEC-237: leads nowhere when anything in it is changed', async () => {
    const alice = await visit(world, 'alice')
    const { url } = await world.ask('alice')
    const other = url.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
    const changed = [
      [url.replace('/connect/github', '/connect/tracker'), 404],
      [url.replace('/connect/github', '/connect/__proto__'), 404],
      [url.replace('/connect/github', '/connect/constructor'), 404],
      [other, 404],
      [`${url}&request=${url.slice(-43)}`, 404],
      [`${url}&id=1`, 404],
      [url.replace('?request=', '?id='), 404],
      [`${url}%00`, 404],
    ] as const
    for (const [link, status] of changed) {
      expect([link, (await alice.get(link)).status]).toEqual([link, status])
    }
    const bobs = `${url}&user=bob&sub=bob&tenant=acme`
    expect(shown(await alice.get(bobs))).toEqual([200, 'Connect GitHub?'])
    expect(await world.core.vault.list(world.owner('bob'))).toEqual([])
  })

  it('SEC-237: that has expired or was used says how to go on', async () => {
    const { alice, asked, choice } = await connectUntilChoice(world)
    await alice.press(choice, { decision: 'yes' })
    const page = await alice.get(asked.url)
    expect(shown(page)).toEqual([404, ERROR])
    expect(page.text).toContain('gives you a new link')
    expect(page.text).toContain('href="/account"')
  })
})

it('SEC-238: a preview, a prefetch, HEAD and reloading begin nothing and use nothing up', async () => {
  const alice = await visit(world, 'alice')
  const { id, url } = await world.ask('alice')
  const keysBefore = await recordKeys(world)
  const stranger = createVisitor()
  for (const visitor of [stranger, alice]) {
    for (const method of ['GET', 'HEAD', 'GET', 'OPTIONS', 'PUT']) {
      const headers = { 'sec-purpose': 'prefetch' }
      const answer = await visitor.request(url, { method, headers })
      expect([method, answer.status]).toEqual([method, /GET|HEAD/.test(method) ? 200 : 405])
      expect(answer.text === '').toBe(!method.startsWith('GET'))
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(answer.headers.getSetCookie()).toEqual([])
    }
  }
  expect([await recordKeys(world), world.github.requests.length]).toEqual([keysBefore, 0])
  expect(await world.core.requests.outcome(world.owner('alice'), id)).toBe('pending')
  expect((await alice.press(await alice.get(url), { decision: 'connect' })).status).toBe(303)
})
