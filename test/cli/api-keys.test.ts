import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { createKeyRing, keysFromFile } from 'mcp-gatehouse/keys'
import { openStorage, type Storage, sealed } from 'mcp-gatehouse/storage'
import { apiKeyVerifier } from 'mcp-gatehouse/verifiers'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { START_SECONDS } from '../security/support/test-clock.ts'
import { makeFolder, type Run, runHere, type Surroundings, startProcess } from './support.ts'

const RESOURCE = 'https://mcp.example.com/mcp'
const KEY = /^mgh_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}\n$/
const DAY = 86_400

let folder = ''
let url = ''
let keyFile = ''
beforeEach(async () => {
  folder = await makeFolder()
  url = `sqlite:${join(folder, 'gatehouse.db')}`
  keyFile = join(folder, 'storage.json')
  await runHere(folder, ['keys', 'storage', '--out', keyFile])
})

const access = () => ['--storage', url, '--resource', RESOURCE, '--storage-keys', keyFile]
const lineOf = (name: string, ...more: readonly string[]) => [
  'api-keys',
  name,
  ...access(),
  ...more,
]

function run(line: readonly string[], surroundings?: Surroundings): Promise<Run> {
  return runHere(folder, line, surroundings)
}

async function issue(...more: readonly string[]): Promise<Record<string, unknown>> {
  const { stdout } = await run(lineOf('issue', '--name', 'job', '--json', ...more))
  return JSON.parse(stdout) as Record<string, unknown>
}

async function openStore(): Promise<Storage> {
  const ring = await createKeyRing({ use: 'storage', source: keysFromFile(keyFile) })
  const storage = await sealed(await openStorage(url), ring)
  onTestFinished(() => storage.close())
  return storage
}

describe('api-keys issue', () => {
  test('prints the key on stdout and nothing else, on a terminal and into a pipe', async () => {
    const line = lineOf('issue', '--name', 'nightly import', '--scopes', ' notes:read  notes:write')
    for (const isTerminal of [true, false]) {
      const { code, stdout, stderr } = await run(line, { isTerminal: { stdout: isTerminal } })
      expect([code, stdout]).toEqual([0, expect.stringMatching(KEY)])
      expect(stderr).toMatch(
        /^API key [0-9a-f]{32} \(nightly import\): notes:read notes:write, until 2030-06-15 17:46 UTC\nIt is not shown again\. Whoever has it can use it\.\n$/,
      )
      expect(stderr).not.toContain(stdout.trim().slice(4, 20))
    }
  })

  test('prints with --json one document with all of it, and the key works', async () => {
    const line = ['--name', 'job', '--scopes', 'notes:read', '--days', '30', '--client', 'importer']
    const more = ['--subject', 'alice', '--tenant', 'acme', '--prefix', 'acme', '--json']
    const { code, stdout } = await run(lineOf('issue', ...line, ...more))
    const issued = JSON.parse(stdout) as Record<string, unknown>
    expect([code, issued]).toEqual([
      0,
      {
        key: expect.stringMatching(/^acme_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/),
        keyId: expect.stringMatching(/^[0-9a-f]{32}$/),
        name: 'job',
        scopes: ['notes:read'],
        subject: 'alice',
        clientId: 'importer',
        tenant: 'acme',
        createdAt: START_SECONDS,
        expiresAt: START_SECONDS + 30 * DAY,
      },
    ])
    const storage = await openStore()
    const verifier = apiKeyVerifier({ storage, resource: RESOURCE, prefix: 'acme' })
    expect(await verifier.verify(String(issued['key']))).toMatchObject({
      ok: true,
      value: { claims: { sub: 'alice', client_id: 'importer', tenant_id: 'acme' } },
    })
  })

  test('takes the storage and its keys from variables, too', async () => {
    const env = { STORE: url, STORAGE_ENCRYPTION_KEY_PATH: keyFile }
    const line = ['api-keys', 'issue', '--storage', 'env:STORE', '--resource', RESOURCE]
    const { code, stdout } = await run([...line, '--name', 'job'], { env })
    expect([code, stdout]).toEqual([0, expect.stringMatching(KEY)])
  })
})

describe('api-keys list', () => {
  test('shows keys in columns, without one of them', async () => {
    const first = await issue('--scopes', 'notes:read', '--days', '1')
    const second = await issue('--client', 'importer', '--subject', 'alice')
    await run(lineOf('revoke', '--id', String(second['keyId'])))
    const { code, stdout } = await run(lineOf('list'), { now: START_SECONDS + DAY })
    const rows = stdout
      .trim()
      .split('\n')
      .map((row) => row.trim().split(/ {2,}/))
    expect([code, rows.slice(0, 1)]).toEqual([
      0,
      [['ID', 'NAME', 'CLIENT', 'SCOPES', 'STATE', 'EXPIRES', 'LAST USED']],
    ])
    // Two of one second stand in the order of their ids, which are random.
    expect(new Set(rows.slice(1))).toEqual(
      new Set([
        [first['keyId'], 'job', '-', 'notes:read', 'expired', '2030-03-18 17:46 UTC', 'never'],
        [
          second['keyId'],
          'job',
          'importer for alice',
          '-',
          'revoked',
          '2030-06-15 17:46 UTC',
          'never',
        ],
      ]),
    )
    for (const { key } of [first, second]) expect(stdout).not.toContain(String(key).slice(4, 20))
    const coloured = await run(lineOf('list'), {
      now: START_SECONDS + DAY,
      isTerminal: { stdout: true },
    })
    expect(stripVTControlCharacters(coloured.stdout)).toBe(stdout)
    expect(coloured.stdout).not.toBe(stdout)
  })

  test('shows no character of a name that a terminal would obey', async () => {
    const { code, stderr } = await run(lineOf('issue', '--name', 'a\u001B[2Jb'))
    expect([code, stderr]).toEqual([2, expect.stringContaining('--name is 1 to 200 characters')])
  })

  test('says where there are none, and with --json too', async () => {
    const none = await run(lineOf('list'))
    expect(none).toEqual({
      code: 0,
      stdout: 'There are no API keys for this resource.\n',
      stderr: '',
    })
    expect(JSON.parse((await run(lineOf('list', '--json'))).stdout)).toEqual({ keys: [] })
  })
})

describe('as a process', () => {
  test('a key that it issues is good in another process, and refused once it has revoked it', async () => {
    const verifier = apiKeyVerifier({ storage: await openStore(), resource: RESOURCE })
    const issued = await startProcess(folder, lineOf('issue', '--name', 'job')).ended
    expect([issued.code, issued.stdout]).toEqual([0, expect.stringMatching(KEY)])
    const key = issued.stdout.trim()
    const before = await verifier.verify(key)
    expect(before).toMatchObject({ ok: true })
    const keyId = /API key (\w+)/.exec(issued.stderr)?.[1] ?? ''
    const revoked = await startProcess(folder, lineOf('revoke', '--id', keyId)).ended
    expect(revoked).toEqual({ code: 0, stdout: `Revoked ${keyId}\n`, stderr: '' })
    expect(await verifier.verify(key)).toEqual({ ok: false, reason: 'revoked' })
    // And so is a stream that was opened before.
    expect(before.ok && (await before.value.isRevoked?.())).toBe(true)
  })
})

describe('what cannot be done says why', () => {
  test.each([
    ['no storage', ['list', '--resource', RESOURCE], 2, '--storage is missing: --storage <url>.'],
    ['no resource', ['list', '--storage', 'x'], 2, '--resource is missing: --resource <url>.'],
    [
      'a variable that is not set',
      ['list', '--storage', 'env:NOPE', '--resource', RESOURCE, '--storage-keys', 'storage.json'],
      2,
      '--storage names an environment variable that is not set.',
    ],
    [
      'a resource that is no URL',
      ['list', '--storage', 'x', '--resource', 'mcp'],
      2,
      '--resource is an absolute http or https URL without a fragment.',
    ],
    [
      'a storage in memory',
      ['list', '--storage', 'memory:', '--resource', RESOURCE, '--storage-keys', 'storage.json'],
      2,
      'memory: ends with this command. Name the storage of the server.',
    ],
    [
      'no storage keys',
      ['list', '--storage', 'sqlite:x.db', '--resource', RESOURCE],
      1,
      'The storage is sealed: give its keys with --storage-keys <file>, or set STORAGE_ENCRYPTION_KEY_PATH.',
    ],
  ])('%s', async (_name, line, code, message) => {
    const result = await run(['api-keys', ...line])
    expect(result).toEqual({ code, stdout: '', stderr: `mcp-gatehouse: ${message}\n` })
  })

  test.each([
    ['--days', '0', '--days is a whole number of days, 1 to 365.'],
    ['--days', '366', '--days is a whole number of days, 1 to 365.'],
    ['--days', '1.5', '--days is a whole number of days, 1 to 365.'],
    ['--scopes', 'a"b', '--scopes is a list of scopes with spaces between them (RFC 6749 §3.3).'],
    ['--prefix', 'A_', '--prefix is 2 to 16 lower-case letters and digits, a letter first.'],
    ['--tenant', ' ', '--tenant is 1 to 200 characters, and none of them a control character.'],
  ])('%s %s', async (option, value, message) => {
    const result = await run(lineOf('issue', '--name', 'job', option, value))
    expect(result).toEqual({ code: 2, stdout: '', stderr: `mcp-gatehouse: ${message}\n` })
  })

  test('a key that does not exist, is of another resource, or is no id', async () => {
    const { keyId } = await issue()
    const unknown =
      'There is no such API key. Check --id, --resource and --storage with `mcp-gatehouse api-keys list`.'
    const elsewhere = lineOf('revoke', '--id', String(keyId)).map((word) =>
      word === RESOURCE ? 'https://mcp.example.com/other' : word,
    )
    for (const [line, code, message] of [
      [lineOf('revoke', '--id', '0'.repeat(32)), 1, unknown],
      [elsewhere, 1, unknown],
      [lineOf('revoke', '--id', 'job'), 2, '--id is the id of a key: 32 hexadecimal digits.'],
    ] as const) {
      expect(await run(line)).toEqual({ code, stdout: '', stderr: `mcp-gatehouse: ${message}\n` })
    }
  })

  test('other storage keys than those of the storage, with the code in --json', async () => {
    await issue()
    await runHere(folder, ['keys', 'storage', '--out', 'other.json'])
    const line = lineOf('list', '--json').map((word) => (word === keyFile ? 'other.json' : word))
    const { code, stdout } = await run(line)
    expect([code, JSON.parse(stdout)]).toMatchObject([
      1,
      { error: { code: 'ERR_CONFIG_STORAGE_KEY' } },
    ])
  })

  test('SEC-388 an API key among the arguments, which is not repeated', async () => {
    const { key } = await issue()
    const { code, stdout, stderr } = await run(lineOf('revoke', '--id', String(key)))
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('looks like a secret')
    expect(stderr).not.toContain(String(key))
  })
})
