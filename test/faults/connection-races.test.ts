import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { missingService, POSTGRES_URL, REDIS_URL } from '../contract/services.ts'
import { cleanUp } from './clean-up.ts'
import { startRaceWorld } from './connections/world.ts'
import { PATIENCE, report, SCALE } from './scale.ts'

const NAME = `connections_${randomUUID().replaceAll('-', '')}`
const missing = (await missingService('Redis')) || (await missingService('PostgreSQL'))
const STORES = [
  ['Redis', REDIS_URL],
  ['PostgreSQL', POSTGRES_URL],
] as const
const CALLERS = 50
const RACES = SCALE.connectionRaces
const RACES_PER_KILL = Math.ceil(RACES / (SCALE.connectionKills + 1))

describe.skipIf(missing !== '')(`two processes with the connections of users${missing}`, () => {
  afterAll(() => cleanUp(NAME))

  test.each(STORES)(
    `SEC-230 over %s: ${RACES} tokens that have ended, ${CALLERS} callers each, a process killed in between`,
    { timeout: PATIENCE },
    async (store, url) => {
      const world = await startRaceWorld(url, NAME)
      const replicas = await Promise.all([world.start(), world.start()])
      let kills = 0
      for (let race = 1; race <= RACES; race += 1) {
        const user = `user-${race}`
        await world.connect(user)
        const given = await Promise.all(replicas.map(({ ask }) => ask(user, CALLERS / 2)))
        expect(new Set(given.flat())).toEqual(new Set([`${user} at 1`]))
        expect(world.refreshesOf(user)).toBe(1)
        if (race % RACES_PER_KILL !== 0) continue
        const index = kills % replicas.length
        await replicas[index]?.kill()
        replicas[index] = await world.start()
        kills += 1
        // What the one that is gone had stored is what the new one gives.
        expect(await replicas[index]?.ask(user, 1)).toEqual([`${user} at 1`])
        expect(world.refreshesOf(user)).toBe(1)
      }
      expect(kills).toBeGreaterThan(0)
      const states = await Promise.all(
        Array.from({ length: RACES }, (_, index) => world.stateOf(`user-${index + 1}`)),
      )
      expect(new Set(states)).toEqual(new Set(['connected']))
      report({
        what: `${RACES.toLocaleString('en')} tokens of third-party services that had ended, each asked for by ${CALLERS} callers in two processes of which one was killed ${kills} times (SIGKILL)`,
        store,
        found: 'one request to the service for each, and no connection lost',
      })
    },
  )
})
