import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { afterAll } from 'vitest'
import type { Target } from './next-release.ts'
import { missingService, POSTGRES_URL, REDIS_URL } from './services.ts'
import { createTestFolder, type TestFolder } from './test-folder.ts'

/** The stores that outlive a process, each for tests that are the same on all. */
export interface TargetKind {
  readonly name: string
  /** Why tests on it are to be skipped, for their title; empty where they are not. */
  readonly missing: string
  /** A new store of a test's own, which is gone after the tests of the file. */
  readonly create: () => Target
}

export async function targetKinds(
  folder: TestFolder = createTestFolder(),
): Promise<readonly TargetKind[]> {
  return [
    {
      name: 'SQLite',
      missing: '',
      create: () => ({ url: `sqlite:${folder.file(`${randomUUID()}.db`)}` }),
    },
    { name: 'Redis', missing: await missingService('Redis'), create: createPrefix },
    { name: 'PostgreSQL', missing: await missingService('PostgreSQL'), create: createSchema },
  ]
}

function createPrefix(): Target {
  const prefix = `test-${randomUUID()}`
  afterAll(async () => {
    const admin = new Redis(REDIS_URL)
    const keys = await admin.keys(`{${prefix}}:*`)
    if (keys.length > 0) await admin.del(keys)
    await admin.quit()
  })
  return { url: REDIS_URL, prefix }
}

function createSchema(): Target {
  const schema = `test_${randomUUID().replaceAll('-', '')}`
  afterAll(async () => {
    const admin = new Pool({ connectionString: POSTGRES_URL })
    await admin.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
    await admin.end()
  })
  return { url: POSTGRES_URL, schema }
}
