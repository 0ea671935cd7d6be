import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { memory } from '../../src/storage/memory.ts'
import { missingService, POSTGRES_URL, REDIS_URL } from '../contract/services.ts'
import { expectOneWinnerEach } from '../contract/take-race.ts'
import { createTestFolder } from '../contract/test-folder.ts'
import { cleanUp } from './clean-up.ts'
import { PATIENCE, report, SCALE } from './scale.ts'

const missing = (await missingService('Redis')) || (await missingService('PostgreSQL'))
const NAME = `races_${randomUUID().replaceAll('-', '')}`
const RACES = SCALE.races.toLocaleString('en')
const folder = createTestFolder()

describe(`SEC-280 of ${RACES} races for a record, each has one winner`, () => {
  afterAll(() => cleanUp(NAME))

  test('among four callers of one process, in memory', { timeout: PATIENCE }, async () => {
    const storage = memory()
    for (let race = 0; race < SCALE.races; race += 1) {
      await storage.set('code', Buffer.from(`${race}`))
      const taken = await Promise.all(Array.from({ length: 4 }, () => storage.take('code')))
      expect(taken.filter((record) => record !== undefined)).toHaveLength(1)
    }
    await storage.close()
    reportRaces('memory', 'four callers of one process')
  })

  test('between two processes, in SQLite', { timeout: PATIENCE }, async () => {
    await expectOneWinnerEach(`sqlite:${folder.file('races.db')}`, {}, SCALE.races)
    reportRaces('SQLite', 'two processes')
  })

  const servers = [
    ['Redis', REDIS_URL],
    ['PostgreSQL', POSTGRES_URL],
  ] as const
  test.skipIf(missing !== '').each(servers)(
    `between two processes, in %s${missing}`,
    { timeout: PATIENCE },
    async (store, url) => {
      await expectOneWinnerEach(url, { prefix: NAME, schema: NAME }, SCALE.races)
      reportRaces(store, 'two processes')
    },
  )
})

function reportRaces(store: string, who: string): void {
  report({ what: `${RACES} races of ${who} for a record`, store, found: 'one winner each' })
}
