import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { missingPostgresServer, startPostgresServer } from '../contract/postgres-server.ts'
import { startRedisServer } from '../contract/redis-server.ts'
import { missingService } from '../contract/services.ts'
import { createTestFolder } from '../contract/test-folder.ts'
import { checkEntries, findRevived, isFault } from './check-entries.ts'
import type { Entry } from './ledger.ts'
import { createRandom } from './random.ts'
import { PATIENCE, report, SCALE, SEED } from './scale.ts'
import { startWorker } from './start-worker.ts'
import { createStores } from './stores.ts'

const random = createRandom(SEED)
const noRedis = await missingService('Redis')
const noPostgres = missingPostgresServer()
const TIMES = `${SCALE.serverKills} ${SCALE.serverKills === 1 ? 'time' : 'times'}`

interface KilledServer {
  readonly url: string
  kill(): Promise<void>
  start(): Promise<void>
}

/** Lets workers write until the server dies under them, and compares it with their ledgers. */
async function expectNothingLost(store: string, server: KilledServer): Promise<void> {
  const stores = createStores()
  const place = { url: server.url, options: { timeoutSeconds: 20 } }
  const written: { readonly name: string; readonly entries: readonly Entry[] }[] = []
  let [acknowledged, underWay] = [0, 0]
  try {
    for (let run = 0; run < SCALE.serverKills; run += 1) {
      const name = `run-${run}`
      const orders = { places: [place], name, slots: 8, seed: random(2 ** 31) }
      const worker = await startWorker(orders)
      worker.go()
      await worker.untilLines(100 + random(400))
      await sleep(random(10))
      await server.kill()
      await worker.kill()
      await server.start()
      const { ledger } = worker
      acknowledged += ledger.acknowledgedBy(0)
      underWay += ledger.entries.filter(({ pending }) => pending !== undefined).length
      const storage = await stores.open(place)
      const outcomes = await checkEntries(storage, name, ledger.entries)
      expect([...ledger.wrong, ...outcomes.filter(isFault)]).toEqual([])
      written.push({ name, entries: ledger.entries })
      expect(await findRevived(storage, written)).toEqual([])
    }
  } finally {
    await stores.close()
  }
  expect(acknowledged).toBeGreaterThan(0)
  report({
    what: `server killed ${TIMES} (SIGKILL)`,
    store,
    found: `${acknowledged.toLocaleString('en')} acknowledged writes, all there; ${underWay} under way`,
  })
}

describe(`SEC-267 a server that is killed ${TIMES} (FAULTS_SEED=${SEED})`, () => {
  test.skipIf(noPostgres !== '')(
    `PostgreSQL loses nothing, and mixes nothing${noPostgres}`,
    { timeout: PATIENCE },
    async () => {
      const server = await startPostgresServer()
      try {
        await expectNothingLost('PostgreSQL', server)
      } finally {
        await server.remove()
      }
    },
  )

  const folder = createTestFolder()
  test.skipIf(noRedis !== '')(
    `Redis with \`appendfsync always\` loses nothing, and mixes nothing${noRedis}`,
    { timeout: PATIENCE },
    async () => {
      const settings = ['--appendonly', 'yes', '--appendfsync', 'always', '--dir', folder.path]
      let server = await startRedisServer(settings)
      const { url, port } = server
      try {
        await expectNothingLost('Redis, `appendfsync always`', {
          url,
          kill: () => server.stop(),
          async start() {
            server = await startRedisServer(settings, port)
          },
        })
      } finally {
        await server.stop()
      }
    },
  )
})
