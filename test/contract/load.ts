import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, expect, vi } from 'vitest'
import type { Storage } from '../../src/storage/storage.ts'
import { collect } from '../../src/testing/storage-contract/world.ts'
import type { Release, Target } from './next-release.ts'

/** What a process under load is told. */
export interface Orders {
  readonly name: string
  readonly target: Target
  readonly keyFile: string
  readonly release: Release
}

/** What it says of itself. */
export interface Report {
  /** Rounds, of some ten calls each. */
  readonly operations: number
  /** How many of its compare-and-swaps were done. */
  readonly increments: number
  readonly failures: readonly string[]
  /** The key that it seals with. */
  readonly kid: string
}

export interface LoadWorker {
  report(): Promise<Report>
  /** Ends the process; what it says last. */
  stop(): Promise<Report>
}

const SHARED = 20
/** What a busy machine may need. */
const PATIENCE_MILLISECONDS = 60_000

const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
})

/** Writes the records that all processes count in. */
export async function prepareLoad(storage: Storage): Promise<void> {
  for (let index = 0; index < SHARED; index += 1) {
    await storage.set(`shared:${index}`, Buffer.from('0'), { tags: ['shared'] })
  }
}

/** Starts a process that reads and writes sealed records, `load-worker.ts`. */
export async function startWorker(orders: Orders): Promise<LoadWorker> {
  const execArgv = ['--disable-warning=ExperimentalWarning']
  const child = fork(join(import.meta.dirname, 'load-worker.ts'), { execArgv })
  children.push(child)
  const ask = async (message: string): Promise<Report> => {
    child.send(message)
    return ((await once(child, 'message')) as [Report])[0]
  }
  child.send(orders)
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${orders.name} has ended`))),
  ])
  return { report: () => ask('report'), stop: () => ask('stop') }
}

/** Unlike `expect.poll`, it works in tests that run side by side. */
export async function waitUntil(isDone: () => Promise<boolean>): Promise<void> {
  await vi.waitUntil(isDone, { timeout: PATIENCE_MILLISECONDS, interval: 50 })
}

/** Waits until every process has done so many rounds more. */
export async function passRounds(workers: readonly LoadWorker[], rounds: number): Promise<void> {
  for (const worker of workers) {
    const { operations } = await worker.report()
    await waitUntil(async () => (await worker.report()).operations >= operations + rounds)
  }
}

/** Stops the processes: none had a failure, none did nothing, and no update was lost. */
export async function expectNoFailure(
  workers: readonly LoadWorker[],
  storage: Storage,
): Promise<readonly Report[]> {
  const reports: Report[] = []
  for (const worker of workers) reports.push(await worker.stop())
  expect(reports.flatMap(({ failures }) => failures)).toEqual([])
  const shared = await collect(storage.listByTag('shared'))
  expect(shared).toHaveLength(SHARED)
  const counts = await Promise.all(
    shared.map(async (key) =>
      Number(Buffer.from((await storage.get(key))?.value ?? []).toString()),
    ),
  )
  const increments = reports.reduce((sum, report) => sum + report.increments, 0)
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(increments)
  return reports
}
