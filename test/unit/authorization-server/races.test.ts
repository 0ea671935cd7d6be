import { describe, expect, test } from 'vitest'
import { createKeyRing, generateKey, keysFromFunction } from '../../../src/keys/index.ts'
import { sealed } from '../../../src/storage/index.ts'
import { STORES } from './support/stores.ts'
import { startTokenWorld, type TokenWorld } from './support/token-world.ts'

/** `FAULTS=long`: as many as the acceptance asks for. */
const COUNT = process.env['FAULTS'] === 'long' ? 1_000 : 5
const CALLERS = 20
const TIMEOUT = 180_000 + COUNT * 2_000

const shared = STORES.filter(([, { name }]) => name === 'Redis' || name === 'PostgreSQL')

describe.each(shared)('two replicas over one sealed %s', (_title, { open, missing }) => {
  async function start(): Promise<TokenWorld> {
    const keys = { keys: [await generateKey({ use: 'storage' })] }
    const ring = await createKeyRing({ use: 'storage', source: keysFromFunction(() => keys) })
    const storages = await open(2)
    return startTokenWorld({
      storages: await Promise.all(storages.map((storage) => sealed(storage, ring))),
    })
  }

  test.skipIf(missing !== '')(
    `SEC-131 ${COUNT} codes that are raced have one winner each`,
    { timeout: TIMEOUT },
    async () => {
      const { nodes, issueCode } = await start()
      for (let index = 0; index < COUNT; index += 1) {
        const { parameters } = await issueCode()
        const answers = await Promise.all(
          Array.from({ length: CALLERS }, async (_, caller) =>
            nodes[caller % 2]?.post('/token', parameters),
          ),
        )
        expect(answers.filter((answer) => answer?.status === 200)).toHaveLength(1)
        expect(answers.filter((answer) => answer?.status === 400)).toHaveLength(CALLERS - 1)
      }
    },
  )

  test.skipIf(missing !== '')(
    `SEC-220 ${COUNT} refreshes of ${CALLERS} callers give all the same successor`,
    { timeout: TIMEOUT },
    async () => {
      const { nodes, signIn, refresh, events } = await start()
      let { body } = await signIn()
      for (let index = 0; index < COUNT; index += 1) {
        const token = body['refresh_token']
        const answers = await Promise.all(
          Array.from({ length: CALLERS }, (_, caller) => refresh(token, nodes[caller % 2])),
        )
        expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
        expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1)
        body = answers[0]?.body ?? {}
        expect(body['refresh_token']).not.toBe(token)
      }
      expect(events).toEqual([])
    },
  )
})
