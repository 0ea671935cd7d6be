import { secretService } from 'mcp-gatehouse/connections'
import { memory } from 'mcp-gatehouse/storage'
import { describe, expect, test } from 'vitest'
import { BOBS, collect, createWorld, OWNER } from './world.ts'

const jira = secretService({ title: 'Jira', fields: { token: { label: 'Token' } } })
const PURPOSE = { clientId: 'notes-client', clientName: 'Notes', operation: 'list_issues' }

function fixedClock(now = 1_800_000_000) {
  const time = { now }
  return {
    time,
    clock: { now: () => time.now, elapsed: () => performance.now() },
  }
}

describe('a link to connect a service', () => {
  test('E-10, E-11: is our host and 256 random bits: it names nobody, and signs nobody in', async () => {
    const { core } = createWorld({ jira })
    const { requests } = core
    const begun = await requests.begin(OWNER, 'jira', PURPOSE)
    const { url } = begun
    expect(url).toMatch(/^https:\/\/mcp\.example\.com\/connect\/jira\?request=[\w-]{43}$/)
    for (const personal of ['alice', 'notes-client', begun.id]) expect(url).not.toContain(personal)
    const other = await requests.begin(OWNER, 'jira', PURPOSE)
    expect(other.url).not.toBe(url)
  })

  test('is found any number of times, for ten minutes, until it has its outcome', async () => {
    const { time, clock } = fixedClock()
    const { core } = createWorld({ jira }, { clock, storage: memory({ clock }) })
    const { requests } = core
    const begun = await requests.begin(OWNER, 'jira', { ...PURPOSE, elicitationId: 'e1' })
    const handle = new URL(begun.url).searchParams.get('request') ?? ''
    const { id, expiresAt } = begun
    expect(expiresAt).toBe(time.now + 600)
    const request = {
      ...PURPOSE,
      elicitationId: 'e1',
      id,
      owner: OWNER,
      service: 'jira',
      createdAt: time.now,
      expiresAt,
    }
    expect(await requests.find(handle)).toEqual(request)
    expect(await requests.find(handle)).toEqual(request)
    expect(await requests.settle(OWNER, id, 'connected')).toBe(true)
    expect(await requests.settle(OWNER, id, 'declined')).toBe(false)
    expect(await requests.find(handle)).toBeUndefined()
    expect(await requests.outcome(OWNER, id)).toBe('connected')
    const late = await requests.begin(OWNER, 'jira', PURPOSE)
    time.now += 601
    expect(await requests.outcome(OWNER, late.id)).toBe('expired')
    expect(await requests.find(new URL(late.url).searchParams.get('request') ?? '')).toBeUndefined()
  })

  test('is nowhere in the store, nor does what is stored lead to it', async () => {
    const { core, storage } = createWorld({ jira })
    const { url, id } = await core.requests.begin(OWNER, 'jira', PURPOSE)
    const handle = new URL(url).searchParams.get('request') ?? ''
    for (const key of await collect(storage.list(''))) {
      const record = await storage.get(key)
      expect(key + Buffer.from(record?.value ?? []).toString()).not.toContain(handle)
    }
    expect(await core.requests.find(id)).toBeUndefined()
  })

  test.each(['', 'a', '../x', 'a'.repeat(43), 'a'.repeat(9_000), '\u0000'])(
    'that was edited is none: %#',
    async (handle) => {
      expect(await createWorld({ jira }).core.requests.find(handle)).toBeUndefined()
    },
  )
})

test('SEC-256: of the request of another user nothing is seen, awaited, settled or dropped', async () => {
  const { core } = createWorld({ jira })
  const { requests } = core
  const { id } = await requests.begin(OWNER, 'jira', PURPOSE)
  expect(await requests.get(BOBS, id)).toBeUndefined()
  expect(await requests.outcome(BOBS, id)).toBe('expired')
  expect(await requests.waitFor(BOBS, id, { timeoutSeconds: 5 })).toBe('expired')
  expect(await requests.settle(BOBS, id, 'connected')).toBe(false)
  await requests.drop(BOBS, id)
  expect(await requests.outcome(OWNER, id)).toBe('pending')
})

describe('SEC-247: a thousand requests of one user', () => {
  test('leave ten open, of which the oldest makes room, and are slowed down', async () => {
    const { time, clock } = fixedClock()
    const { core, types } = createWorld(
      { jira, other: jira },
      { clock, storage: memory({ clock }) },
    )
    const { requests } = core
    const made: string[] = []
    let refused = 0
    for (let count = 0; count < 1_000; count += 1) {
      time.now += count % 5 === 0 ? 1 : 0
      await requests.begin(OWNER, 'jira', PURPOSE).then(
        ({ id }) => made.push(id),
        (error: { readonly code: string }) => {
          expect(error.code).toBe('ERR_DENIED_TOO_MANY')
          refused += 1
        },
      )
    }
    expect(made.length + refused).toBe(1_000)
    expect(made.length).toBeLessThanOrEqual(30 * 5)
    expect(types()).toHaveLength(made.length)
    const outcomes = await Promise.all(made.map((id) => requests.outcome(OWNER, id)))
    expect(outcomes.slice(-10)).toEqual(Array.from({ length: 10 }, () => 'pending'))
    expect(outcomes.filter((outcome) => outcome === 'pending')).toHaveLength(10)
    await expect(requests.begin(OWNER, 'other', PURPOSE)).resolves.toBeDefined()
    await expect(requests.begin(BOBS, 'jira', PURPOSE)).resolves.toBeDefined()
  })

  test('at the same time leave ten open too', async () => {
    const { core } = createWorld({ jira })
    const begun = await Promise.all(
      Array.from({ length: 25 }, () => core.requests.begin(OWNER, 'jira', PURPOSE)),
    )
    const outcomes = await Promise.all(begun.map(({ id }) => core.requests.outcome(OWNER, id)))
    expect(outcomes.filter((outcome) => outcome === 'pending')).toHaveLength(10)
  })
})

describe('who waits for a request', () => {
  test('is told by another replica, when the outcome is there', async () => {
    const storage = memory()
    const [one, two] = [createWorld({ jira }, { storage }), createWorld({ jira }, { storage })]
    const { id } = await one.core.requests.begin(OWNER, 'jira', PURPOSE)
    const waiting = one.core.requests.waitFor(OWNER, id, { timeoutSeconds: 10 })
    const typed = {
      kind: 'secret',
      fields: { token: 'a' },
      account: { id: '', name: '' },
      clientId: 'c',
    } as const
    await two.core.vault.save(OWNER, 'jira', typed)
    expect(await waiting).toBe('connected')
  })

  test('gives up after its time, or when the client has gone', async () => {
    const { core } = createWorld({ jira })
    const { id } = await core.requests.begin(OWNER, 'jira', PURPOSE)
    expect(await core.requests.waitFor(OWNER, id, { timeoutSeconds: 0.2 })).toBe('pending')
    const gone = new AbortController()
    const waiting = core.requests.waitFor(OWNER, id, { timeoutSeconds: 60, signal: gone.signal })
    gone.abort()
    expect(await waiting).toBe('pending')
    await core.requests.drop(OWNER, id)
    expect(await core.requests.outcome(OWNER, id)).toBe('expired')
  })
})
