import { readFile, rename, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import {
  createKeyRing,
  generateKey,
  type KeyRing,
  keysFromFile,
  rotateKeys,
  type StoredKeys,
} from '../../src/keys/index.ts'
import { keysInUse, reseal, type Storage, sealed } from '../../src/storage/index.ts'
import { runHere } from '../cli/support.ts'
import {
  expectNoFailure,
  type LoadWorker,
  passRounds,
  prepareLoad,
  startWorker,
  waitUntil,
} from './load.ts'
import { openAs, type Target } from './next-release.ts'
import { targetKinds } from './targets.ts'
import { createTestFolder } from './test-folder.ts'

const folder = createTestFolder()
const OVERLAP_SECONDS = 1
const ROTATIONS = 3

const concurrent = { concurrent: true, timeout: 120_000 }
for (const { name, missing, create } of await targetKinds(folder)) {
  describe.skipIf(missing !== '')(`storage keys on ${name}${missing}`, concurrent, () => {
    const target = create()
    test('SEC-262 SEC-279 are rotated three times under readers and writers of two processes: nothing fails, no update is lost, and no key is dropped that is in use', () =>
      expectRotations(name, target))
  })
}

async function expectRotations(name: string, target: Target): Promise<void> {
  const keyFile = folder.file(`${name}.json`)
  await writeKeys(keyFile, {
    keys: [
      await generateKey({ use: 'storage' }),
      await generateKey({ use: 'storage', status: 'next' }),
    ],
  })
  const ring = await createKeyRing({ use: 'storage', source: keysFromFile(keyFile) })
  const store = await openAs('this', target)
  const storage = await sealed(store, ring)
  await prepareLoad(storage)
  const orders = { target, keyFile, release: 'this' } as const
  const workers = [
    await startWorker({ ...orders, name: 'one' }),
    await startWorker({ ...orders, name: 'two' }),
  ]
  await storage.set('untouched', Buffer.from('value'))
  const rotated: string[] = []
  const released: string[] = []
  for (let rotation = 0; rotation < ROTATIONS; rotation += 1) {
    await passRounds(workers, 10)
    const { kid } = await ring.current()
    rotated.push(kid)
    await rotate(target, store, keyFile)
    await untilUsed(workers, ring, kid)
    await sleep(OVERLAP_SECONDS * 1_000)
    // Not the second time, so that the third rotation finds a key in use that is old enough to go.
    if (rotation === 1) continue
    const report = await reseal(store, ring)
    expect(report).toMatchObject({ unreadable: 0, isComplete: true })
    released.push(...report.released)
  }
  await passRounds(workers, 10)
  expect(released.toSorted()).toEqual(rotated.toSorted())
  const names = await keyNames(keyFile)
  expect(rotated.map((kid) => names.includes(kid))).toEqual([false, true, true])
  const reports = await expectNoFailure(workers, storage)
  const { kid } = await ring.current()
  expect(reports.map((report) => report.kid)).toEqual([kid, kid])
  expect([...(await keysInUse(store)).records.keys()]).toEqual([kid])
  expect(await storage.get('untouched')).toBeDefined()
  await storage.close()
}

/** By the command where it can name the store, and as the command does it elsewhere. */
async function rotate(target: Target, store: Storage, keyFile: string): Promise<void> {
  if (target.url.startsWith('sqlite:')) {
    const options = ['--overlap', `${OVERLAP_SECONDS}`, '--storage', target.url]
    const argv = ['keys', 'rotate', '--file', keyFile, ...options]
    const now = () => Math.floor(Date.now() / 1_000)
    const { code, stderr } = await runHere(folder.path, argv, { now })
    expect([code, stderr]).toEqual([0, ''])
    return
  }
  const stored = JSON.parse(await readFile(keyFile, 'utf8')) as StoredKeys
  const inUse = (await keysInUse(store)).records.keys()
  const options = { use: 'storage', overlapSeconds: OVERLAP_SECONDS, inUse } as const
  await writeKeys(keyFile, (await rotateKeys(stored, options)).keys)
}

async function writeKeys(keyFile: string, keys: StoredKeys): Promise<void> {
  await writeFile(`${keyFile}.tmp`, JSON.stringify(keys), { mode: 0o600 })
  await rename(`${keyFile}.tmp`, keyFile)
}

async function keyNames(keyFile: string): Promise<readonly (string | undefined)[]> {
  const { keys } = JSON.parse(await readFile(keyFile, 'utf8')) as StoredKeys
  return keys.map(({ kid }) => kid)
}

/** Every process looks at the file at most once per second. */
async function untilUsed(
  workers: readonly LoadWorker[],
  ring: KeyRing,
  before: string,
): Promise<void> {
  await waitUntil(async () => {
    const reports = await Promise.all(workers.map((worker) => worker.report()))
    const kids = [...reports.map(({ kid }) => kid), (await ring.current()).kid]
    return !kids.includes(before)
  })
}
