import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import type { StoredKeys } from '../../src/keys/index.ts'
import { missingService, POSTGRES_URL, REDIS_URL } from '../contract/services.ts'
import { createTestFolder } from '../contract/test-folder.ts'
import { makeKeys } from '../unit/keys/support.ts'
import { runCampaign } from './campaign.ts'
import { cleanUp } from './clean-up.ts'
import type { Place } from './places.ts'
import { PATIENCE, report, SCALE, SEED } from './scale.ts'

/** One process writes to all stores at once, so that each kill is one for each of them. */

const missing = (await missingService('Redis')) || (await missingService('PostgreSQL'))
const NAME = `faults_${randomUUID().replaceAll('-', '')}`
const STORES = ['SQLite', 'Redis', 'PostgreSQL']

describe.skipIf(missing !== '')(`SEC-267 processes that are killed${missing}`, () => {
  const folder = createTestFolder()
  afterAll(() => cleanUp(NAME))

  test(
    `lose nothing, mix nothing, use nothing twice (FAULTS_SEED=${SEED})`,
    async () => {
      const keys: StoredKeys = { keys: await makeKeys('storage', ['current']) }
      const placesOf = (lane: number, isSealed: boolean): readonly Place[] => {
        const name = `${NAME}_${lane}${isSealed ? '_sealed' : ''}`
        const options = { prefix: name, schema: name, timeoutSeconds: 60 }
        const urls = [`sqlite:${folder.file(`${name}.db`)}`, REDIS_URL, POSTGRES_URL]
        return urls.map((url) => ({ url, options, keys: isSealed ? keys : undefined }))
      }
      const { kills, killMilliseconds: milliseconds } = SCALE
      const campaign = { kills, milliseconds, seed: SEED, placesOf }
      const { faults, stores } = await runCampaign(campaign)
      expect(faults).toEqual([])
      expect(stores).toHaveLength(STORES.length)
      for (const [index, counts] of stores.entries()) {
        // Otherwise nothing was tried.
        expect(counts.acknowledged).toBeGreaterThan(counts.kills)
        expect(counts.underWay).toBeGreaterThan(0)
        const { acknowledged, underWay, happened } = counts
        report({
          what: `process killed ${count(counts.kills)} times (SIGKILL)`,
          store: STORES[index] ?? '',
          found: `${count(acknowledged)} acknowledged writes, all there; ${count(underWay)} operations cut off, of which ${count(happened)} had happened; none mixed, none used twice`,
        })
      }
    },
    PATIENCE,
  )
})

function count(number: number): string {
  return number.toLocaleString('en')
}
