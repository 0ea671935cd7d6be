import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectionsOf, ERROR, shown, visit } from '../connections/page-stories.ts'
import { GUIDE, type PagesWorld, startPagesWorld } from '../connections/pages-world.ts'
import { FORM_HEADERS } from '../connections/visitor.ts'

let world: PagesWorld
beforeEach(async () => {
  world = await startPagesWorld()
})
afterEach(() => world.close())

const RIGHT = {
  field_site: 'https://acme.tracker.example',
  field_token: 'alice-token',
  field_region: 'eu',
}

describe('SEC-252: the form for a token', () => {
  async function openForm() {
    const alice = await visit(world, 'alice')
    const asked = await world.ask('alice', 'tracker')
    return { alice, asked, page: await alice.get(asked.url) }
  }

  it('SEC-252: a mistake keeps what is no secret, and uses nothing up', async () => {
    const { alice, asked, page } = await openForm()
    expect(page.text).toContain('<strong>copy</strong>')
    expect(page.text).not.toContain(GUIDE)
    const values = { ...RIGHT, field_email: 'a"b@<x>', field_note: 'my note', decision: 'connect' }
    const refused = await alice.press(page, { ...values, field_token: 'wrong' })
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('Tracker does not know this token.')
    expect(refused.text).toContain('value="https://acme.tracker.example"')
    expect(refused.text).toContain('value="a&quot;b@&lt;x&gt;"')
    expect(refused.text).toContain('<option value="eu" selected>')
    for (const secret of ['"wrong"', '>wrong<', 'my note'])
      expect(refused.text).not.toContain(secret)
    expect(await connectionsOf(world)).toEqual([])
    const done = await alice.follow(await alice.press(refused, values))
    expect(shown(done)).toEqual([200, 'Tracker is connected'])
    expect(await connectionsOf(world)).toMatchObject([
      { service: 'tracker', account: { id: 'alice' } },
    ])
    expect(await world.core.requests.outcome(world.owner('alice'), asked.id)).toBe('connected')
    expect(shown(await alice.get(asked.url))).toEqual([404, ERROR])
  })

  it.each([
    ['nothing', { field_token: '' }, 'This is needed.'],
    ['an http address', { field_site: 'http://acme.tracker.example' }, 'begins with https://'],
    ['a script', { field_site: 'javascript:alert(1)' }, 'begins with https://'],
    ['no choice of the list', { field_region: '__proto__' }, 'Choose one of the list.'],
    ['8 KiB and a byte', { field_token: 'x'.repeat(8_193) }, 'This is too long.'],
  ])(
    'SEC-252: %s is refused next to the field, and nobody is asked',
    async (_title, wrong, text) => {
      const { alice, page } = await openForm()
      const refused = await alice.press(page, { ...RIGHT, ...wrong, decision: 'connect' })
      expect([refused.status, refused.text.includes(text)]).toEqual([400, true])
      expect(refused.text).toMatch(/aria-describedby="[^"]*failure-\w+" aria-invalid="true"/)
      expect([world.tried, await connectionsOf(world)]).toEqual([[], []])
    },
  )

  it('SEC-252: a megabyte is refused unread', async () => {
    const { alice, asked, page } = await openForm()
    const large = await alice.press(page, { ...RIGHT, field_token: 'x'.repeat(1_000_000) })
    expect(shown(large)).toEqual([413, ERROR])
    expect(world.tried).toEqual([])
    expect((await alice.get(asked.url)).status).toBe(200)
  })

  it('SEC-252: no other site, page or session can send it', async () => {
    const { alice, asked, page } = await openForm()
    const form = { ...RIGHT, decision: 'connect' }
    const token = /csrf_token" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
    const bobs = await (await visit(world, 'bob')).get(`${world.baseUrl}/connect/tracker`)
    const others = [
      undefined,
      // Not at its end, where two of six bits say nothing.
      `${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`,
      /csrf_token" value="([^"]+)"/.exec(bobs.text)?.[1],
      /csrf_token" value="([^"]+)"/.exec((await alice.get(`${world.baseUrl}/account`)).text)?.[1],
      /csrf_token" value="([^"]+)"/.exec(
        (await alice.get(`${world.baseUrl}/connect/tracker`)).text,
      )?.[1],
    ]
    for (const csrf_token of others) {
      const answer = await alice.post(asked.url, { ...form, ...(csrf_token && { csrf_token }) })
      expect(shown(answer)).toEqual([403, ERROR])
    }
    for (const headers of [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { origin: 'null', 'sec-fetch-site': 'cross-site' },
      { origin: 'null', 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'none' },
    ]) {
      const answer = await alice.post(asked.url, { ...form, csrf_token: token }, headers)
      expect(shown(answer)).toEqual([403, ERROR])
    }
    const json = { ...FORM_HEADERS, 'content-type': 'application/json' }
    const asJson = await alice.request(asked.url, { method: 'POST', headers: json, body: '{}' })
    expect(asJson.status).toBe(413)
    expect([world.tried, await connectionsOf(world)]).toEqual([[], []])
    const done = await alice.post(asked.url, { ...form, csrf_token: token })
    expect(done.status).toBe(303)
  })

  it('SEC-252: cannot be framed, cached, referred to or filled in by the browser', async () => {
    const { page } = await openForm()
    const header = (name: string) => page.headers.get(name)
    expect([header('x-frame-options'), header('cache-control'), header('referrer-policy')]).toEqual(
      ['DENY', 'no-store', 'no-referrer'],
    )
    expect(header('content-security-policy')).toMatch(
      /^default-src 'none'; .*frame-ancestors 'none'$/,
    )
    const controls = page.text.match(/<(?:input type="(?!hidden)|select|textarea)[^>]*>/g) ?? []
    expect(controls).toHaveLength(5)
    for (const control of controls) expect(control).toContain('autocomplete="off"')
  })

  it('SEC-252: a service that is down is said so, and what it threw is nowhere', async () => {
    const { alice, page } = await openForm()
    world.tracker.isDown = true
    const answer = await alice.press(page, { ...RIGHT, decision: 'connect' })
    expect(answer.status).toBe(400)
    expect(answer.text).toContain('Tracker cannot be asked at the moment.')
    expect(answer.text + JSON.stringify(world.events)).not.toContain('alice-token')
    world.tracker.isDown = false
    expect((await alice.press(answer, { ...RIGHT, decision: 'connect' })).status).toBe(303)
  })
})
