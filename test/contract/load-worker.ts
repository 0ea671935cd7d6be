import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { createKeyRing, keysFromFile } from '../../src/keys/index.ts'
import { sealed } from '../../src/storage/sealed.ts'
import type { Orders, Report } from './load.ts'
import { openAs } from './next-release.ts'

/** A process that reads and writes sealed records until it is told to stop; started by `load.ts`. */

const PAUSE_MILLISECONDS = 2
const SHARED = 20

const [{ name, target, keyFile, release }] = (await once(process, 'message')) as [Orders]
const keys = await createKeyRing({ use: 'storage', source: keysFromFile(keyFile) })
const storage = await sealed(await openAs(release, target), keys)
const failures: string[] = []
const state = { operations: 0, increments: 0, isRunning: true }

process.on('message', (message) => {
  if (message === 'stop') state.isRunning = false
  else void report()
})
process.on('disconnect', () => process.exit())
process.send?.('ready')

for (let round = 0; state.isRunning; round += 1) {
  await work(round).catch((error: unknown) => failures.push(String(error)))
  state.operations += 1
  await sleep(PAUSE_MILLISECONDS)
}
await storage.close()
await report()
process.disconnect()

async function report(): Promise<void> {
  const { operations, increments } = state
  const { kid } = await keys.current()
  process.send?.({ operations, increments, failures, kid } satisfies Report)
}

async function work(round: number): Promise<void> {
  const [own, code] = [`own:${name}`, `code:${name}:${round}`]
  await storage.set(own, Buffer.from(`${round}`), { ttlSeconds: 600, tags: [name] })
  await expectText(own, `${round}`)
  await increment(`shared:${round % SHARED}`)
  const isNew = await storage.commit([
    { kind: 'set', key: code, value: Buffer.from(code), if: 'absent', tags: [name] },
    { kind: 'delete', key: `gone:${name}` },
  ])
  if (!isNew) failures.push(`${code} was there`)
  const taken = await Promise.all([storage.take(code), storage.take(code)])
  const winners = taken.filter((record) => record !== undefined)
  if (winners.length !== 1) failures.push(`${winners.length} have taken ${code}`)
  const listed: string[] = []
  for await (const key of storage.listByTag(name)) listed.push(key)
  if (!listed.includes(own)) failures.push(`${own} is not listed by its tag`)
}

async function expectText(key: string, text: string): Promise<void> {
  const record = await storage.get(key)
  const found = record && Buffer.from(record.value).toString()
  if (found !== text) failures.push(`${key} is ${found}, not ${text}`)
}

async function increment(key: string): Promise<void> {
  for (;;) {
    const record = await storage.get(key)
    if (record === undefined) return void failures.push(`${key} is gone`)
    const next = Buffer.from(`${Number(Buffer.from(record.value).toString()) + 1}`)
    if (await storage.compareAndSwap(key, record.version, next, { tags: ['shared'] })) break
  }
  state.increments += 1
}
