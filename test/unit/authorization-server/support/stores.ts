import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { onTestFinished } from 'vitest'
import { openStorage, type Storage } from '../../../../src/storage/index.ts'
import { missingService, POSTGRES_URL, REDIS_URL } from '../../../contract/services.ts'

/** A kind of store, which several nodes can be opened on. */
export interface StoreKind {
  readonly name: string
  /** Why its tests are skipped; empty where they are not. */
  readonly missing: string
  /** Opens the same new store so many times; it is gone when the test is over. */
  readonly open: (nodes: number) => Promise<readonly Storage[]>
}

/** Every store that nodes can share; `memory` is shared within the process. */
export const STORES: readonly (readonly [title: string, store: StoreKind])[] = (
  [
    {
      name: 'memory',
      missing: '',
      async open(nodes) {
        const storage = await openStorage('memory:')
        return Array.from({ length: nodes }, () => storage)
      },
    },
    {
      name: 'SQLite',
      missing: '',
      open(nodes) {
        const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'))
        return openAll(`sqlite:${join(folder, 'store.db')}`, {}, nodes, async () =>
          rmSync(folder, { recursive: true, force: true }),
        )
      },
    },
    {
      name: 'Redis',
      missing: await missingService('Redis'),
      open(nodes) {
        const prefix = `test-${randomUUID()}`
        return openAll(REDIS_URL, { prefix }, nodes, async () => {
          const admin = new Redis(REDIS_URL)
          const keys = await admin.keys(`{${prefix}}:*`)
          if (keys.length > 0) await admin.del(keys)
          await admin.quit()
        })
      },
    },
    {
      name: 'PostgreSQL',
      missing: await missingService('PostgreSQL'),
      open(nodes) {
        const schema = `test_${randomUUID().replaceAll('-', '')}`
        return openAll(POSTGRES_URL, { schema }, nodes, async () => {
          const admin = new Pool({ connectionString: POSTGRES_URL, max: 1 })
          await admin.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
          await admin.end()
        })
      },
    },
  ] satisfies StoreKind[]
).map((store) => [store.name + store.missing, store])

async function openAll(
  url: string,
  options: object,
  nodes: number,
  remove: () => Promise<void>,
): Promise<readonly Storage[]> {
  const storages = await Promise.all(
    Array.from({ length: nodes }, () => openStorage(url, { timeoutSeconds: 60, ...options })),
  )
  onTestFinished(async () => {
    await Promise.all(storages.map((storage) => storage.close()))
    await remove()
  })
  return storages
}
