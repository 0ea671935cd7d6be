import type { PolicyOptions } from 'mcp-gatehouse'
import { afterAll, describe, expect, test } from 'vitest'
import type { WireAnswer } from '../adapters/wire.ts'
import { ask, ERAS } from '../conformance/eras.ts'
import { lacking } from '../conformance/policy-world.ts'
import { everywhere, takeReasons } from './cases.ts'
import { openAuthzWorld } from './support/authz-world.ts'

const { world, mint } = await openAuthzWorld()
afterAll(() => world.close())

const WRITE = { name: 'write_note', arguments: { text: 'x' } }

test.each(world.apps)(
  'SEC-321 a token to read calls a tool that writes: 403 with all scopes (%s)',
  everywhere(world, async (app) => {
    const token = await mint('notes:read')
    const scope = 'notes:read notes:write notes:share'
    expect(await app.send(ask('2025-11-25', token, 'tools/call', WRITE))).toEqual(lacking(scope, 1))
    expect(takeReasons(world)).toEqual(['scope'])
    const half = await mint('notes:read notes:write')
    expect(await app.send(ask('2026-07-28', half, 'tools/call', WRITE))).toEqual(
      lacking('notes:write notes:share', 1),
    )
    expect(world.takeSeen()).toEqual([])

    const whole = await mint(scope)
    expect((await app.send(ask('2025-11-25', whole, 'tools/call', WRITE))).status).toBe(200)
    expect(world.takeSeen()).toHaveLength(1)
  }),
)

describe('SEC-324 the exact name of what is hidden', () => {
  const call = (era: (typeof ERAS)[number], token: string, name: string) =>
    ask(era, token, 'tools/call', { name })

  test.each(world.apps)(
    'SEC-324 hidden by role it is answered as if it did not exist (%s)',
    everywhere(world, async (app) => {
      const token = await mint('notes:read')
      for (const era of ERAS) {
        const hidden = await app.send(call(era, token, 'stats'))
        const unknown = await app.send(call(era, token, 'stots'))
        expect(hidden.body).toContain('Tool stats not found')
        expect(withoutName(hidden, 'stats')).toEqual(withoutName(unknown, 'stots'))
        expect(hidden.status).toBe(200)
      }
      expect(new Set(takeReasons(world))).toEqual(new Set(['hidden']))
      expect(world.takeSeen()).toEqual([])
      const admin = await mint('notes:read', { roles: ['admin'] })
      expect((await app.send(call('2025-11-25', admin, 'stats'))).body).toBe('handled')
    }),
  )

  test.each(world.apps)(
    'SEC-324 of what is hidden by role no missing scope tells either (%s)',
    everywhere(world, async (app) => {
      const nothing = await mint('profile')
      const answer = await app.send(call('2025-11-25', nothing, 'stats'))
      expect(answer.headers).not.toHaveProperty('www-authenticate')
      expect(answer.body).not.toContain('notes:read')
      expect(await app.send(call('2025-11-25', nothing, 'read_note'))).toEqual(
        lacking('profile notes:read', 1),
      )
    }),
  )

  test('SEC-324 neither answer takes longer', async () => {
    const app = world.apps[0]?.[1]
    const token = await mint('notes:read')
    const times = { stats: [] as number[], stots: [] as number[] }
    for (let round = 0; round < 300; round += 1) {
      for (const name of ['stats', 'stots'] as const) {
        const start = performance.now()
        await app?.send(call('2025-11-25', token, name))
        times[name].push(performance.now() - start)
      }
    }
    expect(Math.abs(median(times.stats) - median(times.stots))).toBeLessThan(0.5)
  })
})

const FAILURES: readonly [what: string, when: () => unknown][] = [
  [
    'throws',
    () => {
      throw new Error('secret-detail')
    },
  ],
  [
    'throws what is no Error',
    () => {
      throw 'secret-detail'
    },
  ],
  ['rejects', () => Promise.reject(new Error('secret-detail'))],
  ['returns undefined', () => undefined],
  ['returns null', () => null],
  ['returns {}', () => ({})],
  ['returns a text', () => 'true'],
  ['returns 1', () => 1],
  ['resolves to a text', async () => 'yes'],
  ['resolves to {}', async () => ({})],
  ['never resolves', () => new Promise(() => undefined)],
]

describe('SEC-327 a function of the policy that fails', async () => {
  const tools: Record<string, NonNullable<PolicyOptions['tools']>[string]> = { read_note: [] }
  for (const [what, result] of FAILURES) {
    tools[`when ${what}`] = { when: result as () => boolean }
    // A text is a scope, and `{}` no requirement at all.
    if (!what.includes('text')) tools[`rule ${what}`] = result as () => string
  }
  const { world: failing, mint: mintFailing } = await openAuthzWorld({
    server: { policy: { tools }, policyTimeoutSeconds: 1 },
  })
  afterAll(() => failing.close())
  const names = Object.keys(tools).filter((name) => name !== 'read_note')

  test.each(failing.apps)(
    'SEC-327 lets nobody in and tells nothing (%s)',
    everywhere(failing, async (app) => {
      const token = await mintFailing('notes:read')
      const answers = await Promise.all(
        names.map(async (name) => app.send(ask('2025-11-25', token, 'tools/call', { name }))),
      )
      const text = 'This operation is not allowed for you.'
      const data = { error: 'access_denied', error_description: text }
      const error = { code: -32_003, message: text, data }
      for (const answer of answers) {
        expect(answer).toEqual({
          status: 403,
          headers: { 'cache-control': 'no-store', 'content-type': 'application/json' },
          body: JSON.stringify({ jsonrpc: '2.0', id: 1, error }),
        })
      }
      expect(takeReasons(failing)).toEqual(names.map(() => 'policy.error'))
      expect(failing.takeSeen()).toEqual([])
      const well = ask('2025-11-25', token, 'tools/call', { name: 'read_note' })
      expect((await app.send(well)).status).toBe(200)
    }),
  )

  test('SEC-327 an external decision point that fails lets nobody in', async () => {
    const answers = new Map<string, () => unknown>(FAILURES)
    const { world: asking, mint: mintAsking } = await openAuthzWorld({
      server: {
        policy: { unlisted: 'authenticated' },
        policyTimeoutSeconds: 1,
        decide: (_principal, { name }) => answers.get(name)?.() as boolean,
      },
    })
    const token = await mintAsking('notes:read')
    for (const [, app] of asking.apps) {
      const sent = FAILURES.map(async ([name]) =>
        app.send(ask('2025-11-25', token, 'tools/call', { name })),
      )
      expect((await Promise.all(sent)).map(({ status }) => status)).toEqual(FAILURES.map(() => 503))
    }
    expect(new Set(takeReasons(asking))).toEqual(new Set(['dep.unavailable']))
    expect(asking.takeSeen()).toEqual([])
    await asking.close()
  })
})

describe('SEC-334 the same call again and again', () => {
  test.each(world.apps)(
    'SEC-334 three challenges with the same scopes, then a refusal that says so (%s)',
    everywhere(world, async (app) => {
      for (const era of ERAS) {
        const token = await mint('notes:read')
        const scope =
          era === '2026-07-28' ? 'notes:write notes:share' : 'notes:read notes:write notes:share'
        for (let round = 0; round < 25; round += 1) {
          const answer = await app.send(ask(era, token, 'tools/call', WRITE))
          const { 'retry-after': retryAfter, 'www-authenticate': challenge } = answer.headers
          const whole = lacking(scope, 1)
          expect([answer.status, retryAfter, challenge]).toEqual([
            403,
            round < 3 ? undefined : '60',
            round < 3 ? whole.headers['www-authenticate'] : undefined,
          ])
          expect(JSON.parse(answer.body)).toMatchObject({ error: { data: { scope } } })
        }
      }
      expect(takeReasons(world)).toEqual(
        ERAS.flatMap(() =>
          Array.from({ length: 25 }, (_, at) => (at < 3 ? 'scope' : 'scope_loop')),
        ),
      )
      expect(world.takeSeen()).toEqual([])
    }),
  )

  test('SEC-334 what one call needs is never added to what another is asked for', async () => {
    for (const [, app] of world.apps) {
      const token = await mint('profile')
      const asked = async (name: string) =>
        app.send(ask('2025-11-25', token, 'tools/call', { name }))
      for (let round = 0; round < 3; round += 1) {
        expect(await asked('write_note')).toEqual(lacking('profile notes:write notes:share', 1))
        expect(await asked('read_note')).toEqual(lacking('profile notes:read', 1))
      }
    }
  })
})

function withoutName({ status, headers, body }: WireAnswer, name: string): WireAnswer {
  return { status, headers, body: body.replaceAll(name, '*') }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
