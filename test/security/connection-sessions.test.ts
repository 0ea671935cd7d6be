import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  connectionsOf,
  connectUntilChoice,
  ERROR,
  recordKeys,
  shown,
  visit,
} from '../connections/page-stories.ts'
import { type PagesWorld, startPagesWorld } from '../connections/pages-world.ts'
import { createVisitor, signIn } from '../connections/visitor.ts'

let world: PagesWorld
beforeEach(async () => {
  world = await startPagesWorld()
})
afterEach(() => world.close())

describe('sessions of the pages', () => {
  it('SEC-252: are a cookie that no script and no other host can read or plant', async () => {
    const https = await startPagesWorld({ connections: { baseUrl: 'https://mcp.example.com' } })
    const { createSessionCookie } = await import('../../src/connections/browser/session-cookie.ts')
    const line = createSessionCookie(https.core.settings.baseUrl).set('x'.repeat(43))
    expect(line).toBe(
      `__Host-gatehouse-account=${'x'.repeat(43)}; Path=/; HttpOnly; SameSite=Lax; Secure`,
    )
    await https.close()
  })

  it('SEC-240: nobody can sign in another browser', async () => {
    const attacker = createVisitor()
    const needed = await attacker.get(`${world.baseUrl}/account`)
    const redirect = await attacker.press(needed, {})
    const form = await attacker.follow(redirect)
    const signedIn = await attacker.press(form, { username: 'bob', password: 'builder' })
    const back = await attacker.get(signedIn.location)
    expect(back.location).toMatch(/\/account\/callback\?code=/)
    const victim = createVisitor()
    expect(shown(await victim.get(back.location))).toEqual([403, ERROR])
    expect(victim.cookies.size).toBe(0)
  })

  it('SEC-252: who is signed out everywhere on the way back is not signed in', async () => {
    const alice = createVisitor()
    const redirect = await alice.press(await alice.get(`${world.baseUrl}/account`), {})
    const form = await alice.follow(redirect)
    const signedIn = await alice.press(form, { username: 'alice', password: 'wonderland' })
    const back = await alice.get(signedIn.location)
    const { subject } = world.owner('alice')
    await world.server.accounts?.signOut({ issuer: world.baseUrl, subject })
    // A session counts from the next second on.
    await sleep(1_100)
    expect(shown(await alice.get(back.location))).toEqual([403, ERROR])
    expect([...alice.cookies.keys()].join()).not.toContain('gatehouse-account')
  })

  it('SEC-234: a sign-in address that somebody else is sent signs nobody in', async () => {
    const attacker = createVisitor()
    const redirect = await attacker.press(await attacker.get(`${world.baseUrl}/account`), {})
    const victim = createVisitor()
    // The victim is first: the address is theirs now, and what comes of it too.
    const form = await victim.follow(await victim.get(redirect.location))
    const signedIn = await victim.press(form, { username: 'alice', password: 'wonderland' })
    for (const address of [redirect.location, form.url, signedIn.location]) {
      expect((await attacker.get(address)).status).toBe(404)
    }
    const back = await victim.get(signedIn.location)
    expect(shown(await victim.get(back.location))).toEqual([403, ERROR])
    // And the code that is in the victim's address bar is no use without the attacker's state.
    const stolen = new URL(back.location)
    const own = await attacker.press(await attacker.get(`${world.baseUrl}/account`), {})
    const ownForm = await attacker.follow(own)
    const ownBack = await attacker.get(
      (await attacker.press(ownForm, { username: 'bob', password: 'builder' })).location,
    )
    const mixed = new URL(ownBack.location)
    mixed.searchParams.set('code', stolen.searchParams.get('code') ?? '')
    expect((await attacker.get(mixed.href)).status).toBe(502)
    expect(shown(await attacker.get(`${world.baseUrl}/account`))).toEqual([200, 'Sign in to go on'])
  })

  it('SEC-252: a way back that is no page of ours is not taken', async () => {
    for (const to of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      '/account/sign-out',
      '/connect/../../evil',
      '/authorize?client_id=x',
    ]) {
      const visitor = createVisitor()
      const form = { return_to: to }
      const redirect = await visitor.post(`${world.baseUrl}/account/sign-in`, form)
      const page = await visitor.follow(redirect)
      const values = { username: 'alice', password: 'wonderland' }
      const back = await visitor.follow(await visitor.press(page, values))
      expect([to, back.url]).toEqual([to, `${world.baseUrl}/account`])
    }
  })

  it('E-05: signing in to the pages and connecting gives no client any access here', async () => {
    const { alice, choice } = await connectUntilChoice(world)
    await alice.press(choice, { decision: 'yes' })
    const keys = await recordKeys(world)
    const kinds = new Set(keys.map((key) => key.split(':')[0]))
    for (const kind of [
      'access-token',
      'authorization-code',
      'refresh-token',
      'grant',
      'approval',
    ]) {
      expect(kinds).not.toContain(kind)
    }
    expect(world.events.map(({ type }) => type)).not.toContain('consent.allow')
    const account = await alice.get(`${world.baseUrl}/account`)
    expect(account.text).toContain('You have allowed no application.')
  })
})

describe('the account page', () => {
  it('shows what is connected, and disconnects after a question', async () => {
    const { alice, choice } = await connectUntilChoice(world)
    await alice.press(choice, { decision: 'yes' })
    const account = await alice.get(`${world.baseUrl}/account`)
    expect(account.text).toContain('<li>Read and change your repositories</li>')
    expect(account.text).toContain('<dd>Not yet</dd>')
    const question = await alice.get(`${world.baseUrl}/account/disconnect/github`)
    expect(shown(question)).toEqual([200, 'Disconnect GitHub?'])
    expect(shown(await alice.post(question.url, { decision: 'yes' }))).toEqual([403, ERROR])
    expect(await connectionsOf(world)).toHaveLength(1)
    const after = await alice.follow(await alice.press(question, { decision: 'yes' }))
    expect(after.text).toContain('You have connected no service.')
    expect(await connectionsOf(world)).toEqual([])
    expect((await alice.get(question.url)).status).toBe(404)
  })

  it('signs out of the pages here, and of everything after a question', async () => {
    const alice = await visit(world, 'alice')
    const elsewhere = await visit(world, 'alice')
    const here = await alice.press(await alice.get(`${world.baseUrl}/account`), {})
    expect(shown(here)).toEqual([200, 'You are signed out'])
    expect(shown(await alice.get(`${world.baseUrl}/account`))).toEqual([200, 'Sign in to go on'])
    expect(shown(await elsewhere.get(`${world.baseUrl}/account`))).toEqual([200, 'Your account'])
    const question = await elsewhere.get(`${world.baseUrl}/account/sign-out-everywhere`)
    const bob = await visit(world, 'bob')
    expect(shown(await elsewhere.press(question, { decision: 'yes' }))).toEqual([
      200,
      'You are signed out',
    ])
    const again = await elsewhere.get(`${world.baseUrl}/account`)
    expect(shown(again)).toEqual([200, 'Sign in to go on'])
    expect(shown(await bob.get(`${world.baseUrl}/account`))).toEqual([200, 'Your account'])
    await sleep(1_100)
    expect(shown(await signIn(elsewhere, again, 'alice'))).toEqual([200, 'Your account'])
  })

  it.each([
    '/account/disconnect',
    '/account/disconnect/x/y',
    '/account/nothing',
    '/connect/github/x',
  ])('has no page at %s', async (path) => {
    const alice = await visit(world, 'alice')
    expect(shown(await alice.get(world.baseUrl + path))).toEqual([404, ERROR])
  })
})
