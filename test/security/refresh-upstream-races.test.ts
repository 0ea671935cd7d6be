import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { AuditEvent } from 'mcp-gatehouse'
import { memory, type Storage, sealed } from 'mcp-gatehouse/storage'
import { startKeycloak } from 'mcp-gatehouse/testing'
import { Pool } from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  CREDENTIAL_FORMAT,
  credentialKey,
} from '../../src/authorization-server/upstream/credential.ts'
import {
  createUpstreamTokens,
  type UpstreamTokensOptions,
  type UpstreamTokenVault,
} from '../../src/authorization-server/upstream/upstream-tokens.ts'
import { createUpstream } from '../../src/oauth-client/create-upstream.ts'
import { createCredentialRecords } from '../../src/oauth-client/credential-records.ts'
import { postgres } from '../../src/storage/postgres.ts'
import { redis } from '../../src/storage/redis.ts'
import { sqlite } from '../../src/storage/sqlite.ts'
import { missingService, POSTGRES_URL, REDIS_URL } from '../contract/services.ts'
import { createTestFolder } from '../contract/test-folder.ts'
import { signInAt } from '../providers/sign-in.ts'
import { newRing } from '../unit/storage/sealed-support.ts'
import {
  type RefreshServer,
  sendJson,
  startRefreshServer,
  tokens,
} from './support/refresh-server.ts'
import { NAME, TENANT, upstreamAt } from './support/refresh-upstream.ts'

const OWNER = { accountId: 'account', upstream: NAME }
type Pair = [UpstreamTokenVault, UpstreamTokenVault]

const folder = createTestFolder()
const missing = {
  redis: await missingService('Redis'),
  postgres: await missingService('PostgreSQL'),
}

function vaultOn(
  storage: Storage,
  { origin }: Pick<RefreshServer, 'origin'>,
  more: Partial<UpstreamTokensOptions> = {},
): UpstreamTokenVault {
  const upstreams = [upstreamAt(origin)]
  const emit = (): undefined => undefined
  return createUpstreamTokens({ storage, tenant: TENANT, upstreams, emit, ...more })
}

/** A credential whose token has ended. */
async function saveExpired(vault: UpstreamTokenVault, accountId = 'account'): Promise<void> {
  const given = { accessToken: 'at-0', refreshToken: 'rt-0', scopes: [], expiresInSeconds: 0 }
  await vault.save({ ...OWNER, accountId, subject: 'alice' }, given)
}

async function storedIn(storage: Storage, accountId = 'account') {
  const key = await credentialKey({ ...OWNER, accountId, tenant: TENANT })
  return (await createCredentialRecords(storage, CREDENTIAL_FORMAT).read(key))?.credential
}

describe('SEC-230 50 callers on two nodes with one refresh token that works once', () => {
  async function expectOneCall(open: () => Storage): Promise<void> {
    const ring = await newRing()
    const server = await startRefreshServer()
    const storages = [await sealed(open(), ring), await sealed(open(), ring)]
    onTestFinished(async () => {
      for (const storage of storages) await storage.close()
    })
    const [one, two] = storages.map((storage) => vaultOn(storage, server)) as Pair
    for (let round = 1; round <= 3; round += 1) {
      const refreshToken = `rt-${round - 1}`
      const given = { accessToken: 'old', refreshToken, scopes: [], expiresInSeconds: 0 }
      await one.save({ ...OWNER, subject: 'alice' }, given)
      const callers = Array.from({ length: 50 }, (_, index) =>
        (index % 2 === 0 ? one : two).token(OWNER),
      )
      const given50 = await Promise.all(callers)
      expect(new Set(given50.map(({ accessToken }) => accessToken))).toEqual(
        new Set([`at-${round}`]),
      )
      expect(server.count).toBe(round)
    }
    const [storage] = storages as [Storage]
    expect(await storedIn(storage)).toMatchObject({ refreshToken: 'rt-3', state: 'active' })
  }

  test('SQLite', async () => {
    await expectOneCall(() => sqlite(folder.file('race.db')))
  })

  test.skipIf(missing.redis !== '')(`Redis${missing.redis}`, async () => {
    const prefix = `test-${randomUUID()}`
    onTestFinished(async () => {
      const admin = new Redis(REDIS_URL)
      const left = await admin.keys(`*${prefix}*`)
      if (left.length > 0) await admin.del(left)
      await admin.quit()
    })
    await expectOneCall(() => redis(REDIS_URL, { prefix }))
  })

  test.skipIf(missing.postgres !== '')(`PostgreSQL${missing.postgres}`, async () => {
    const schema = `test_${randomUUID().replaceAll('-', '')}`
    onTestFinished(async () => {
      const admin = new Pool({ connectionString: POSTGRES_URL, max: 1 })
      await admin.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
      await admin.end()
    })
    await expectOneCall(() => postgres(POSTGRES_URL, { schema }))
  })

  test('at a provider that ends the whole sign-in when a refresh token comes twice', async () => {
    const keycloak = await startKeycloak({ rotatesRefreshTokens: true })
    onTestFinished(() => keycloak.close())
    const { issuer, clientId, clientSecret } = keycloak
    const upstream = createUpstream({
      issuer,
      clientId,
      clientSecret,
      allowInsecureLoopback: true,
    })
    const storage = memory()
    const emit = (): undefined => undefined
    const open = () =>
      createUpstreamTokens({ storage, tenant: TENANT, upstreams: [upstream], emit })
    const [one, two] = [open(), open()]
    const { subject, tokens: given } = await signInAt(upstream)
    await one.save({ ...OWNER, subject }, { ...given, expiresInSeconds: 0 })
    const before = keycloak.requests.length
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? one : two).token(OWNER)),
    )
    expect(new Set(all.map(({ accessToken }) => accessToken)).size).toBe(1)
    const refreshes = keycloak.requests.slice(before).filter((line) => line.endsWith('/token'))
    expect(refreshes).toHaveLength(1)
  })
})

test('SEC-361 a holder that was paused beyond its lock changes nothing when it comes back', async () => {
  const server = await startRefreshServer()
  const storage = memory()
  const [slow, quick] = [
    vaultOn(storage, server, { lockSeconds: 1 }),
    vaultOn(storage, server, { lockSeconds: 1 }),
  ]
  await saveExpired(slow)
  const held = Promise.withResolvers<undefined>()
  server.answer = async (_token, res) => {
    if (server.count > 1) {
      sendJson(res, tokens('at-2', { refresh_token: 'rt-2' }))
      return
    }
    await held.promise
    sendJson(res, tokens('at-1', { refresh_token: 'rt-1' }))
  }
  const late = slow.token(OWNER)
  await expect.poll(() => server.count).toBe(1)
  expect(await quick.token(OWNER)).toMatchObject({ accessToken: 'at-2' })
  held.resolve(undefined)
  expect(await late).toMatchObject({ accessToken: 'at-2' })
  expect(await storedIn(storage)).toMatchObject({ accessToken: 'at-2', refreshToken: 'rt-2' })
  expect(server.count).toBe(2)
})

test('a sign-in during a refresh wins, and its tokens are not overwritten', async () => {
  const server = await startRefreshServer()
  const storage = memory()
  const vault = vaultOn(storage, server)
  await saveExpired(vault)
  server.answer = async (_token, res) => {
    const given = { accessToken: 'new', refreshToken: 'rt', scopes: [], expiresInSeconds: 300 }
    await vault.save({ ...OWNER, subject: 'alice' }, given)
    sendJson(res, tokens('refreshed'))
  }
  expect(await vault.token(OWNER)).toMatchObject({ accessToken: 'new' })
  expect(await storedIn(storage)).toMatchObject({ accessToken: 'new', refreshToken: 'rt' })
})

test('a store that fails while the outcome is written is tried again, and nothing is lost', async () => {
  const server = await startRefreshServer()
  const real = memory()
  let swaps = 0
  const storage: Storage = {
    ...real,
    async compareAndSwap(...write) {
      swaps += 1
      // The second write is the outcome: once it happens without being acknowledged.
      const isWritten = swaps === 2 || swaps > 3 ? await real.compareAndSwap(...write) : false
      if (swaps === 2 || swaps === 3) throw new Error('the connection is gone')
      return swaps === 1 ? real.compareAndSwap(...write) : isWritten
    },
  }
  const vault = vaultOn(storage, server)
  await saveExpired(vault)
  expect(await vault.token(OWNER)).toMatchObject({ accessToken: 'at-1' })
  expect(await storedIn(real)).toMatchObject({ refreshToken: 'rt-1' })
  expect(server.count).toBe(1)
})

describe('SEC-362 a process that dies while it renews', () => {
  const CHILD = join(import.meta.dirname, 'support/refresh-child.ts')

  /** Lets another process renew, and kills it when the upstream has got its request. */
  async function dieAt(server: RefreshServer, path: string, isConsumed: boolean): Promise<void> {
    const node = process.execPath
    const child = spawn(node, ['--conditions=mcp-gatehouse-source', CHILD, path, server.origin], {
      stdio: 'ignore',
    })
    const died = new Promise((resolve) => {
      child.on('exit', resolve)
    })
    server.answer = (token, res) => {
      child.kill('SIGKILL')
      if (isConsumed) void server.rotate(token, res)
      else res.socket?.destroy()
    }
    await died
    server.answer = server.rotate
    expect(server.count).toBe(1)
  }

  test('loses that credential where the upstream had answered, says so, and loses no other', async () => {
    const server = await startRefreshServer()
    const path = folder.file('lost.db')
    const storage = sqlite(path)
    onTestFinished(() => storage.close())
    const events: AuditEvent[] = []
    const emit = (event: AuditEvent): void => void events.push(event)
    const vault = vaultOn(storage, server, { emit })
    await saveExpired(vault)
    await dieAt(server, path, true)
    expect(await storedIn(storage)).toMatchObject({
      state: 'active',
      refreshToken: 'rt-0',
      intent: { fence: expect.any(Number) as number },
    })
    await expect(vault.token(OWNER)).rejects.toMatchObject({ code: 'ERR_UPSTREAM_SIGN_IN_NEEDED' })
    expect(await storedIn(storage)).toMatchObject({ state: 'needs_reauth' })
    const at = expect.any(Number) as number
    expect(events).toEqual([
      { type: 'cred.inflight_lost', at, issuer: TENANT, ...OWNER },
      { type: 'cred.needs_reauth', at, issuer: TENANT, ...OWNER },
    ])
    const other = { ...OWNER, accountId: 'other', subject: 'bob' }
    const given = { accessToken: 'x', refreshToken: 'rt-1', scopes: [], expiresInSeconds: 0 }
    await vault.save(other, given)
    expect(await vault.token(other)).toMatchObject({ accessToken: 'at-2' })
  })

  test('loses nothing where the upstream had not', async () => {
    const server = await startRefreshServer()
    const path = folder.file('kept.db')
    const storage = sqlite(path)
    onTestFinished(() => storage.close())
    const events: AuditEvent[] = []
    const vault = vaultOn(storage, server, { emit: (event) => void events.push(event) })
    await saveExpired(vault)
    await dieAt(server, path, false)
    expect(await vault.token(OWNER)).toMatchObject({ accessToken: 'at-1' })
    expect(await storedIn(storage)).toMatchObject({ refreshToken: 'rt-1' })
    expect(events).toEqual([])
  })
})
