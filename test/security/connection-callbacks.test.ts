import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  callbackOf,
  connectionsOf,
  connectUntilChoice,
  dropServiceSession,
  ERROR,
  recordKeys,
  shown,
  visit,
} from '../connections/page-stories.ts'
import { type PagesWorld, startPagesWorld } from '../connections/pages-world.ts'
import { allowAtService, createVisitor } from '../connections/visitor.ts'

let world: PagesWorld
beforeEach(async () => {
  world = await startPagesWorld()
})
afterEach(() => world.close())

describe('SEC-239, SEC-241: the callback', () => {
  it('SEC-239: is good once; a second time nothing changes', async () => {
    const { alice, choice } = await connectUntilChoice(world)
    const callbacks = world.github.requests.length
    const state = new URL((await alice.get(choice.url)).url)
    expect(state.pathname).toBe('/connect/github/confirm')
    await alice.press(choice, { decision: 'yes' })
    const [before] = await connectionsOf(world)
    const replayed = await alice.press(choice, { decision: 'yes' })
    expect(shown(replayed)).toEqual([404, ERROR])
    expect(await connectionsOf(world)).toEqual([before])
    expect(world.github.requests.length).toBe(callbacks)
  })

  it('SEC-239: with a state that was used is 400, in two tabs at once too', async () => {
    const alice = await visit(world, 'alice')
    const { url } = await world.ask('alice')
    const redirect = await alice.press(await alice.get(url), { decision: 'connect' })
    const callback = await callbackOf(world, alice, redirect)
    const answers = await Promise.all([alice.get(callback), alice.get(callback)])
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303, 400]))
    expect(shown(await alice.get(callback))).toEqual([400, ERROR])
  })

  it('SEC-239: of a second tab is 400 once the first has connected', async () => {
    const alice = await visit(world, 'alice')
    const { url } = await world.ask('alice')
    const page = await alice.get(url)
    const second = await alice.press(page, { decision: 'connect' })
    const first = await alice.press(page, { decision: 'connect' })
    const choice = await allowAtService(alice, first, 'alice')
    await alice.press(choice, { decision: 'yes' })
    const before = await connectionsOf(world)
    const callback = await callbackOf(world, alice, second)
    expect(shown(await alice.get(callback))).toEqual([400, ERROR])
    expect(await connectionsOf(world)).toEqual(before)
  })

  it('SEC-241: of a guessed state writes nothing, and that of another browser ends nothing', async () => {
    const alice = await visit(world, 'alice')
    const bob = await visit(world, 'bob')
    const { id, url } = await world.ask('alice')
    const redirect = await alice.press(await alice.get(url), { decision: 'connect' })
    const keys = await recordKeys(world)
    const at = `${world.baseUrl}/connect/github/callback`
    const state = new URL(redirect.location).searchParams.get('state') ?? ''
    for (const query of [
      '',
      '?error=access_denied',
      `?error=access_denied&state=${'A'.repeat(43)}`,
    ]) {
      expect(shown(await bob.get(at + query))).toEqual([400, ERROR])
    }
    const denied = `${at}?error=access_denied&state=${state}`
    for (const visitor of [bob, createVisitor()]) {
      expect(shown(await visitor.get(denied))).toEqual([403, ERROR])
    }
    expect((await bob.request(denied, { method: 'HEAD' })).status).toBe(405)
    expect(await recordKeys(world)).toEqual(keys)
    expect(await world.core.requests.outcome(world.owner('alice'), id)).toBe('pending')
    expect(shown(await alice.follow(await alice.get(denied)))).toEqual([
      200,
      'Nothing was connected',
    ])
    expect(await world.core.requests.outcome(world.owner('alice'), id)).toBe('declined')
  })

  it('SEC-241: with two states, or of another service, is refused', async () => {
    const alice = await visit(world, 'alice')
    const { url } = await world.ask('alice')
    const redirect = await alice.press(await alice.get(url), { decision: 'connect' })
    const callback = await callbackOf(world, alice, redirect)
    const state = new URL(callback).searchParams.get('state') ?? ''
    expect((await alice.get(`${callback}&state=${state}`)).status).toBe(400)
    expect((await alice.get(callback.replace('/github/', '/tracker/'))).status).toBe(404)
    expect((await alice.get(callback)).status).toBe(303)
  })
})

describe("SEC-240: the attacker's account in the victim's session", () => {
  it('SEC-240: a callback of the attacker is 403 in the browser of the victim', async () => {
    const attacker = await visit(world, 'bob')
    const victim = await visit(world, 'alice')
    const page = await attacker.get(`${world.baseUrl}/connect/github`)
    const redirect = await attacker.press(page, { decision: 'connect' })
    const callback = await callbackOf(world, attacker, redirect)
    expect(shown(await victim.get(callback))).toEqual([403, ERROR])
    expect(await connectionsOf(world)).toEqual([])
    // With the cookies of that attempt planted as well, the session is still another user's.
    for (const [name, value] of attacker.cookies) {
      if (name.startsWith('connect-')) victim.cookies.set(name, value)
    }
    expect(shown(await victim.get(callback))).toEqual([403, ERROR])
    expect(await connectionsOf(world)).toEqual([])
  })

  it('SEC-240: another account than the one connected before is kept only when confirmed', async () => {
    const first = await connectUntilChoice(world, 'alice')
    await first.alice.press(first.choice, { decision: 'yes' })
    const page = await first.alice.get(`${world.baseUrl}/connect/github`)
    expect(page.text).toContain('This replaces <bdi>alice</bdi>')
    dropServiceSession(first.alice)
    const redirect = await first.alice.press(page, { decision: 'connect' })
    const choice = await allowAtService(first.alice, redirect, 'bob')
    expect(shown(choice)).toEqual([200, 'Is this your GitHub account?'])
    expect(choice.text).toContain('<bdi>bob</bdi>')
    expect(choice.text).toContain('This replaces <bdi>alice</bdi>')
    const forged = await first.alice.post(choice.url, { decision: 'yes' })
    expect(shown(forged)).toEqual([403, ERROR])
    expect(await connectionsOf(world)).toMatchObject([{ account: { name: 'alice' } }])
    const refused = await first.alice.follow(await first.alice.press(choice, { decision: 'no' }))
    expect(shown(refused)).toEqual([200, 'Connect GitHub?'])
    expect(await connectionsOf(world)).toMatchObject([{ account: { name: 'alice' } }])
  })

  it('SEC-240: a yes to what nobody asks for any more ends the tokens at the service', async () => {
    const { alice, asked, choice } = await connectUntilChoice(world)
    const service = world.core.settings.services.get('github')
    if (service?.kind !== 'oauth') throw new Error('no service')
    const revoke = vi.spyOn(service, 'revoke')
    await world.core.requests.drop(world.owner('alice'), asked.id)
    expect(shown(await alice.press(choice, { decision: 'yes' }))).toEqual([404, ERROR])
    expect(revoke.mock.calls).toEqual([
      [expect.objectContaining({ accessToken: expect.stringMatching(/./) })],
    ])
    expect(await connectionsOf(world)).toEqual([])
  })

  it('SEC-240: the same account again needs no confirmation', async () => {
    const { alice, choice } = await connectUntilChoice(world)
    await alice.press(choice, { decision: 'yes' })
    const page = await alice.get(`${world.baseUrl}/connect/github`)
    dropServiceSession(alice)
    const redirect = await alice.press(page, { decision: 'connect' })
    const callback = await callbackOf(world, alice, redirect)
    expect(shown(await alice.follow(await alice.get(callback)))).toEqual([
      200,
      'GitHub is connected',
    ])
  })

  it('SEC-240: what Alice has not confirmed yet is nothing that Bob can confirm', async () => {
    const { choice } = await connectUntilChoice(world)
    const bob = await visit(world, 'bob')
    expect(shown(await bob.get(choice.url))).toEqual([404, ERROR])
    expect(shown(await bob.press(choice, { decision: 'yes' }))).toEqual([404, ERROR])
    expect(await world.core.vault.list(world.owner('bob'))).toEqual([])
  })
})
