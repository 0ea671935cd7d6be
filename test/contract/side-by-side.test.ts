import { writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { describe, expect, test } from 'vitest'
import { createKeyRing, generateKey, keysFromFile } from '../../src/keys/index.ts'
import { sealed } from '../../src/storage/sealed.ts'
import { bytes } from '../../src/testing/storage-contract/world.ts'
import { expectNoFailure, passRounds, prepareLoad, startWorker } from './load.ts'
import { openAs, type Target } from './next-release.ts'
import { targetKinds } from './targets.ts'
import { createTestFolder } from './test-folder.ts'

const REFUSAL = { name: 'ConfigError', code: 'ERR_CONFIG_STORAGE_SCHEMA' }
const folder = createTestFolder()
const keyFile = folder.file('storage.json')
writeFileSync(keyFile, JSON.stringify({ keys: [await generateKey({ use: 'storage' })] }), {
  mode: 0o600,
})
const ring = await createKeyRing({ use: 'storage', source: keysFromFile(keyFile) })

const concurrent = { concurrent: true, timeout: 120_000 }
for (const { name, missing, create } of await targetKinds(folder)) {
  describe.skipIf(missing !== '')(`releases on ${name}${missing}`, concurrent, () => {
    const target = create()
    const incompatible = create()

    test('a release and the one after it work side by side, whichever starts first', async () => {
      const storage = await sealed(await openAs('this', target), ring)
      await prepareLoad(storage)
      const before = await startWorker({ name: 'before', target, keyFile, release: 'this' })
      await passRounds([before], 10)
      const next = await startWorker({ name: 'next', target, keyFile, release: 'next' })
      await passRounds([before, next], 10)
      const after = await startWorker({ name: 'after', target, keyFile, release: 'this' })
      await passRounds([before, next, after], 10)
      await expectNoFailure([before, next, after], storage)
      const lock = await storage.lock('lock', 60)
      const other = await openAs('next', target)
      expect(await other.lock('lock', 60)).toBeUndefined()
      expect(await lock?.release()).toBe(true)
      await Promise.all([storage.close(), other.close()])
    })

    test('SEC-281 where a newer one is not compatible, the older ones refuse, and nothing is changed', async () => {
      const storage = await openAs('this', incompatible)
      await storage.set('kept', bytes('value'), { tags: ['tag'] })
      await storage.close()
      const newest = await openAs('incompatible', incompatible)
      await newest.close()
      const before = await everything(incompatible)
      expect(before).toContain('kept')
      for (const release of ['this', 'next'] as const) {
        const refused = openAs(release, incompatible).then((older) => older.take('kept'))
        await expect(refused).rejects.toMatchObject(REFUSAL)
      }
      expect(await everything(incompatible)).toBe(before)
    })
  })
}

/** What a store holds, as its own tools tell it. */
async function everything({ url, schema, prefix }: Target): Promise<string> {
  if (prefix !== undefined) {
    const admin = new Redis(url)
    const keys = (await admin.keys(`{${prefix}}:*`)).toSorted()
    const dumps = await Promise.all(
      keys.map(async (key) => [key, (await admin.dumpBuffer(key)).toString('hex')]),
    )
    await admin.quit()
    return JSON.stringify(dumps)
  }
  const tables = ['records', 'schema_version', 'comments']
  if (schema === undefined) {
    const database = new DatabaseSync(url.slice('sqlite:'.length))
    const rows = tables.map((table) => database.prepare(`SELECT * FROM ${table}`).all())
    database.close()
    return JSON.stringify(rows)
  }
  const admin = new Pool({ connectionString: url })
  const rows = await Promise.all(
    tables.map(async (table) => (await admin.query(`SELECT * FROM ${schema}.${table}`)).rows),
  )
  await admin.end()
  return JSON.stringify(rows)
}
