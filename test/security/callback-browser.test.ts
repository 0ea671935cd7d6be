import { createHash, randomBytes } from 'node:crypto'
import type { AuditEvent } from 'mcp-gatehouse'
import { memory, type Storage } from 'mcp-gatehouse/storage'
import { describe, expect, test } from 'vitest'
import {
  createSignIns,
  type SignIn,
  type SignIns,
} from '../../src/authorization-server/upstream/sign-ins.ts'
import { createTestClock, type TestClock } from './support/test-clock.ts'

/** A browser that keeps cookies, by name. */
interface Jar {
  readonly header: () => string | undefined
  readonly take: (setCookie: string) => void
  readonly size: number
}

interface World {
  readonly signIns: SignIns
  readonly storage: Storage
  readonly clock: TestClock
  readonly events: AuditEvent[]
}

function createWorld({ isSecure = true } = {}): World {
  const clock = createTestClock()
  const storage = memory({ clock })
  const events: AuditEvent[] = []
  const emit = (event: AuditEvent): void => void events.push(event)
  return { signIns: createSignIns({ storage, isSecure, emit, clock }), storage, clock, events }
}

function createJar(): Jar {
  const cookies = new Map<string, string>()
  return {
    header: () =>
      cookies.size === 0
        ? undefined
        : [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    take(setCookie) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(setCookie) ?? []
      cookies.set(name, value)
    },
    get size() {
      return cookies.size
    },
  }
}

function newSignIn(uid = 'uid', upstream = 'keycloak'): SignIn {
  return {
    uid,
    documentHash: 'hash of what was shown',
    remember: true,
    attempt: {
      upstream,
      issuer: 'https://id.example.com',
      redirectUri: `https://mcp.example.com/callback/${upstream}`,
      state: randomBytes(32).toString('base64url'),
      nonce: 'nonce',
      codeVerifier: 'verifier',
      scopes: ['openid'],
    },
  }
}

async function begin(world: World, jar: Jar, signIn = newSignIn()): Promise<SignIn> {
  jar.take((await world.signIns.create(signIn, jar.header())).setCookie)
  return signIn
}

function arrive(world: World, signIn: SignIn, jar: Jar | undefined, upstream = 'keycloak') {
  return world.signIns.find({
    state: signIn.attempt.state,
    upstream,
    cookieHeader: jar?.header(),
    correlationId: 'c1',
  })
}

async function recordsOf(storage: Storage): Promise<readonly string[]> {
  const texts: string[] = []
  for await (const key of storage.list('')) {
    const record = await storage.get(key)
    texts.push(`${key} ${new TextDecoder().decode(record?.value)}`)
  }
  return texts
}

test('SEC-149 SEC-158 a callback in a browser that did not approve finishes nothing, and burns nothing', async () => {
  const world = createWorld()
  const [owner, attacker] = [createJar(), createJar()]
  const signIn = await begin(world, owner)
  await begin(world, attacker)
  const mismatch = { ok: false, reason: 'browser_mismatch' }
  expect(await arrive(world, signIn, undefined)).toEqual(mismatch)
  expect(await arrive(world, signIn, attacker)).toEqual(mismatch)
  expect(world.events).toEqual(
    [1, 2].map(() => ({
      type: 'flow.browser_mismatch',
      at: world.clock.now(),
      correlationId: 'c1',
      upstream: 'keycloak',
    })),
  )
  expect(await arrive(world, signIn, owner)).toEqual({ ok: true, signIn })
})

test('SEC-149 a cookie of the right name needs the right secret, also beside others', async () => {
  const world = createWorld()
  const jar = createJar()
  const signIn = await begin(world, jar)
  const [name = '', secret = ''] = (jar.header() ?? '').split('=')
  const wrong = randomBytes(32).toString('base64url')
  const find = (cookieHeader: string) => world.signIns.find({ ...arrival(signIn), cookieHeader })
  for (const header of [`${name}=${wrong}`, `${name}=`, name, `${name}x=${secret}`, '=;;=']) {
    expect(await find(header)).toMatchObject({ ok: false, reason: 'browser_mismatch' })
  }
  expect(await find(`a=1; ${name}=${wrong};${name}=${secret} ; b=2`)).toMatchObject({ ok: true })
})

function arrival({ attempt }: SignIn) {
  return { state: attempt.state, upstream: 'keycloak', correlationId: 'c1' }
}

test('SEC-151 a state that was made for one upstream is unknown at the callback of another', async () => {
  const world = createWorld()
  const jar = createJar()
  const signIn = await begin(world, jar)
  expect(await arrive(world, signIn, jar, 'entra')).toEqual({ ok: false, reason: 'unknown' })
  expect(await arrive(world, signIn, jar)).toMatchObject({ ok: true })
})

test('SEC-159 twenty sign-ins in one browser end in any order, with ten small cookies', async () => {
  const world = createWorld()
  const jar = createJar()
  const signIns: SignIn[] = []
  for (let count = 0; count < 20; count += 1) {
    signIns.push(await begin(world, jar, newSignIn(`uid ${count}`)))
    expect(jar.size).toBeLessThanOrEqual(10)
    expect(jar.header()?.length).toBeLessThan(4_096)
  }
  const order = [7, 19, 0, 12, 3, 18, 1, 11, 10, 9, 2, 4, 17, 5, 16, 6, 15, 8, 14, 13]
  for (const index of order) {
    const signIn = signIns[index] as SignIn
    expect(await arrive(world, signIn, jar)).toEqual({ ok: true, signIn })
    expect(await world.signIns.take(signIn)).toBeDefined()
  }
})

describe('AS-14 state', () => {
  test('is stored as a hash, and so is the secret of the cookie', async () => {
    const world = createWorld()
    const jar = createJar()
    const { attempt } = await begin(world, jar)
    const secret = jar.header()?.split('=')[1] ?? ''
    const [record = ''] = await recordsOf(world.storage)
    expect(record).toContain(createHash('sha256').update(attempt.state).digest('hex'))
    expect(record).not.toContain(attempt.state)
    expect(record).not.toContain(secret)
  })

  test('works once, for one of many callers', async () => {
    const world = createWorld()
    const jar = createJar()
    const signIn = await begin(world, jar)
    const takes = await Promise.all(Array.from({ length: 20 }, () => world.signIns.take(signIn)))
    expect(takes.filter((taken) => taken !== undefined)).toHaveLength(1)
    expect(await arrive(world, signIn, jar)).toEqual({ ok: false, reason: 'unknown' })
  })

  test('ends after ten minutes', async () => {
    const world = createWorld()
    const jar = createJar()
    const signIn = await begin(world, jar)
    world.clock.pass(599)
    expect(await arrive(world, signIn, jar)).toMatchObject({ ok: true })
    world.clock.pass(1)
    expect(await arrive(world, signIn, jar)).toEqual({ ok: false, reason: 'unknown' })
  })

  test.each(['', 'x', 'a'.repeat(44), '../'.repeat(20), 'é'.repeat(43)])(
    'that is no state of ours, %j, is unknown',
    async (state) => {
      const { signIns } = createWorld()
      const callback = { state, upstream: 'keycloak', cookieHeader: undefined, correlationId: 'c' }
      expect(await signIns.find(callback)).toEqual({ ok: false, reason: 'unknown' })
    },
  )

  test('SEC-142 that was put back can be used again, for the time it had left', async () => {
    const world = createWorld()
    const jar = createJar()
    const signIn = await begin(world, jar)
    world.clock.pass(400)
    await (await world.signIns.take(signIn))?.restore()
    world.clock.pass(199)
    expect(await arrive(world, signIn, jar)).toEqual({ ok: true, signIn })
    world.clock.pass(1)
    expect(await arrive(world, signIn, jar)).toEqual({ ok: false, reason: 'unknown' })
  })
})

describe('AS-15 AS-12 the cookie', () => {
  test('is set by the approval and by nothing else, and only this server can set it', async () => {
    const { signIns } = createWorld()
    const { setCookie } = await signIns.create(newSignIn(), undefined)
    expect(setCookie).toMatch(
      /^__Host-sign-in-[\da-f]{16}=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
    )
  })

  test('has a plain name on http, where a browser takes no __Host-', async () => {
    const { signIns } = createWorld({ isSecure: false })
    const { setCookie } = await signIns.create(newSignIn(), undefined)
    expect(setCookie).toMatch(/^sign-in-[\da-f]{16}=[\w-]{43}; Path=\/; .*SameSite=Lax$/)
  })

  test('of another kind is never taken over', async () => {
    const { signIns } = createWorld()
    const planted = Array.from({ length: 12 }, (_, index) => `__Host-sign-in-${index}=short`)
    const { setCookie } = await signIns.create(newSignIn(), planted.join('; '))
    expect(setCookie).toMatch(/^__Host-sign-in-[\da-f]{16}=/)
  })
})

test('SEC-162 after a crash between approval and redirect the next sign-in works, and the first expires', async () => {
  const world = createWorld()
  const jar = createJar()
  // The process died: the cookie never arrived.
  const lost = newSignIn()
  await world.signIns.create(lost, jar.header())
  const signIn = await begin(world, jar)
  expect(await arrive(world, signIn, jar)).toEqual({ ok: true, signIn })
  expect(await arrive(world, lost, jar)).toMatchObject({ ok: false })
  world.clock.pass(600)
  expect(await recordsOf(world.storage)).toEqual([])
})

test('a record that is none is a failure of the storage, not an unknown sign-in', async () => {
  const world = createWorld()
  const jar = createJar()
  const signIn = await begin(world, jar)
  for await (const key of world.storage.list('')) {
    await world.storage.set(key, new TextEncoder().encode('{"version":2}'))
  }
  await expect(arrive(world, signIn, jar)).rejects.toMatchObject({ code: 'ERR_STORAGE_TAMPERED' })
})
