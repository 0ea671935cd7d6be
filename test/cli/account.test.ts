import { join } from 'node:path'
import { createKeyRing, keysFromFile } from 'mcp-gatehouse/keys'
import { openStorage, type Storage, sealed, tenantStorage } from 'mcp-gatehouse/storage'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createConnectionUses } from '../../src/connections/connection-uses.ts'
import { createConnectionRequests } from '../../src/connections/create-requests.ts'
import { createVault } from '../../src/connections/create-vault.ts'
import { createStoredConnections, ownerOfUser } from '../../src/connections/stored/index.ts'
import { isRevoked, storedRevocations } from '../../src/revocation/index.ts'
import { systemClock } from '../../src/runtime/index.ts'
import { START_SECONDS } from '../security/support/test-clock.ts'
import { makeFolder, type Run, runHere, type Surroundings } from './support.ts'

const ISSUER = 'https://id.example.com'
const SECRET = 'canary-4711-secret'
const DAY = 86_400
const ALICE = ownerOfUser({ issuer: ISSUER, subject: 'alice' })
const BOB = ownerOfUser({ issuer: ISSUER, subject: 'bob' })

const emit = (): void => undefined

let folder = ''
let url = ''
let keyFile = ''
beforeEach(async () => {
  folder = await makeFolder()
  url = `sqlite:${join(folder, 'gatehouse.db')}`
  keyFile = join(folder, 'storage.json')
  await runHere(folder, ['keys', 'storage', '--out', keyFile])
  const storage = await openStore()
  const clock = { ...systemClock, now: () => START_SECONDS }
  const uses = createConnectionUses(storage, clock)
  const requests = createConnectionRequests({ storage, baseUrl: '', emit, clock })
  const services = new Map()
  const vault = createVault({ storage, services, requests, uses, emit, clock, random: () => 0 })
  for (const owner of [ALICE, BOB]) {
    await vault.save(owner, 'tracker', {
      kind: 'secret',
      fields: { token: SECRET },
      account: { id: '7', name: `${owner.subject}\u001b[31m@tracker` },
      clientId: 'client-1',
    })
  }
  await uses.note(ALICE, 'tracker', 'client-1')
  await storage.close()
})

async function openStore(): Promise<Storage> {
  const ring = await createKeyRing({ use: 'storage', source: keysFromFile(keyFile) })
  const storage = await sealed(await openStorage(url), ring)
  onTestFinished(() => storage.close())
  return storage
}

function run(name: string, more: readonly string[] = [], io: Surroundings = {}): Promise<Run> {
  const access = ['--storage', url, '--storage-keys', keyFile, '--issuer', ISSUER]
  const user = more.includes('--subject') ? [] : ['--subject', 'alice']
  return runHere(folder, ['account', name, ...access, ...user, ...more], io)
}

async function countOf(owner: typeof ALICE): Promise<number> {
  const connections = await createStoredConnections(await openStore(), systemClock).list(owner)
  return connections.length
}

test('account list shows what is connected, and neither a secret nor control characters', async () => {
  const { code, stdout, stderr } = await run('list', [], { now: START_SECONDS + DAY })
  expect([code, stderr]).toEqual([0, ''])
  const rows = stdout
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/ {2,}/))
  expect(rows).toEqual([
    ['SERVICE', 'ACCOUNT', 'PERMISSIONS', 'CONNECTED', 'LAST USED', 'BY'],
    ['tracker', 'alice\uFFFD[31m@tracker', '-', '2030-03-17 17:46 UTC', '1 d ago', 'client-1'],
  ])
  const nobody = await run('list', ['--subject', 'carol'])
  expect(nobody.stdout).toBe('This user has connected no service.\n')
  const tenant = await run('list', ['--tenant', 'acme'])
  expect(tenant.stdout).toBe('This user has connected no service.\n')
})

test('account export is one document without a credential', async () => {
  for (const more of [[], ['--json']]) {
    const { code, stdout } = await run('export', more)
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      {
        user: { issuer: ISSUER, subject: 'alice' },
        connections: [
          expect.objectContaining({ service: 'tracker', connectedAt: START_SECONDS }) as object,
        ],
        pendingRequests: [],
      },
    ])
    expect(stdout).not.toContain(SECRET)
  }
})

describe('what ends something', () => {
  const ENDING = [
    ['disconnect', ['--service', 'tracker'], 'Disconnected tracker\n'],
    ['delete', [], 'Deleted tracker\n'],
  ] as const

  test.each(ENDING)(
    'account %s asks first, and ends that of one user',
    async (name, more, said) => {
      const usage = await run(name, more)
      expect([usage.code, usage.stderr]).toEqual([2, expect.stringContaining('add --yes')])
      const io = { isTerminal: { stdin: true } }
      expect((await run(name, more, { ...io, stdin: 'n\n' })).code).toBe(1)
      expect(await countOf(ALICE)).toBe(1)
      const done = await run(name, more, { ...io, stdin: 'y\n' })
      expect([done.code, done.stdout]).toEqual([0, said])
      expect([await countOf(ALICE), await countOf(BOB)]).toEqual([0, 1])
    },
  )

  test('account disconnect says where there is nothing', async () => {
    const { code, stderr } = await run('disconnect', ['--service', 'github', '--yes'])
    expect([code, stderr]).toEqual([1, expect.stringContaining('There is no such connection.')])
  })

  test('account revoke refuses what was issued before, and keeps what is connected', async () => {
    const { code, stdout } = await run('revoke', ['--yes', '--json'])
    const before = START_SECONDS + 1
    expect([code, JSON.parse(stdout)]).toEqual([0, { issuer: ISSUER, subject: 'alice', before }])
    const revocations = storedRevocations(await openStore())
    const caller = { issuer: ISSUER, subject: 'alice', clientId: undefined }
    expect(await isRevoked(revocations, caller, { iat: START_SECONDS })).toBe(true)
    expect(await isRevoked(revocations, caller, { iat: before })).toBe(false)
    expect(await isRevoked(revocations, { ...caller, subject: 'bob' }, { iat: 0 })).toBe(false)
    expect(await countOf(ALICE)).toBe(1)
  })

  test('account revoke can look in the part of one tenant, and leaves the others alone', async () => {
    expect((await run('revoke', ['--yes', '--tenant-storage', 'acme'])).code).toBe(0)
    const storage = await openStore()
    const caller = { issuer: ISSUER, subject: 'alice', clientId: undefined }
    const isOut = (part: Storage) =>
      isRevoked(storedRevocations(part), caller, { iat: START_SECONDS })
    expect(await isOut(tenantStorage(storage, 'acme'))).toBe(true)
    expect(await isOut(tenantStorage(storage, 'globex'))).toBe(false)
    expect(await isOut(storage)).toBe(false)
    const wrong = await run('revoke', ['--yes', '--tenant-storage', 'acme:'])
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('1 to 63 letters')])
  })
})
