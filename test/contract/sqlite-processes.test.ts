import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test, vi } from 'vitest'
import { sqlite } from '../../src/storage/sqlite.ts'
import { forkProcess } from './fork-process.ts'
import type { Task } from './sqlite-child.ts'
import { expectOneWinnerEach } from './take-race.ts'
import { createTestFolder } from './test-folder.ts'

const CHILD = join(import.meta.dirname, 'sqlite-child.ts')
const PROCESSES = 8
const TIMES = 40

const folder = createTestFolder()

// Eight processes take their time to start on a machine that is busy.
vi.setConfig({ testTimeout: 60_000 })

/** Starts the processes, lets all begin at once, and returns what each sends. */
async function race(tasks: readonly Task[]): Promise<readonly unknown[]> {
  const children = await Promise.all(tasks.map(start))
  return Promise.all(
    children.map(async (child) => {
      child.send('go')
      const [outcome] = await once(child, 'message')
      return outcome
    }),
  )
}

async function start(task: Task): Promise<ChildProcess> {
  const child = forkProcess(CHILD)
  child.send(task)
  expect(await once(child, 'message')).toEqual(['ready', undefined])
  return child
}

test('SEC-280 of two processes that take 2,000 records, one gets each', async () => {
  await expectOneWinnerEach(`sqlite:${folder.file('take.db')}`, {})
})

test('SEC-270 eight processes that swap one counter lose no update, with a long reader beside them', async () => {
  const file = folder.file('increment.db')
  const storage = sqlite(file)
  await storage.set('counter', Buffer.from('0'))
  const reader = new DatabaseSync(file)
  reader.exec('BEGIN')
  reader.prepare('SELECT count(*) FROM records').get()
  const task: Task = { kind: 'increment', file, times: TIMES }
  const lost = (await race(Array.from({ length: PROCESSES }, () => task))) as readonly number[]
  expect(Buffer.from((await storage.get('counter'))?.value ?? []).toString()).toBe(
    `${PROCESSES * TIMES}`,
  )
  expect(Math.max(...lost)).toBeGreaterThan(0)
  reader.exec('COMMIT')
  expect(statSync(`${file}-wal`).size).toBeGreaterThan(0)
  expect(reader.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toMatchObject({ busy: 0 })
  expect(statSync(`${file}-wal`).size).toBe(0)
  reader.close()
  await storage.close()
})

test('eight processes that open a new file at once all succeed', async () => {
  const task: Task = { kind: 'open', file: folder.file('new/new.db') }
  const tasks = Array.from({ length: PROCESSES }, () => task)
  expect(await race(tasks)).toEqual(tasks.map(() => true))
})
