import { memory } from 'mcp-gatehouse/storage'
import { expect, test } from 'vitest'
import {
  CREDENTIAL_FORMAT,
  type Credential,
} from '../../../src/authorization-server/upstream/credential.ts'
import {
  createTokenKeeper,
  type NoToken,
  newCredential,
  type ReceivedTokens,
  type RemoteOutcome,
} from '../../../src/oauth-client/index.ts'
import { createTestClock } from '../../security/support/test-clock.ts'

const KEY = 'credential'
const AWAY = { kind: 'unavailable', retryAfterSeconds: 5, answered: true } as const

/** A credential that is due for renewal and works for another 10 s, and a server that waits. */
async function startKeeper() {
  const clock = createTestClock()
  const storage = memory({ clock })
  const given = { accessToken: 'at-0', refreshToken: 'rt-0', scopes: [], expiresInSeconds: 300 }
  const owner = { accountId: 'alice', upstream: 'corporate', subject: 'alice' }
  const { value } = CREDENTIAL_FORMAT.format({ ...owner, ...newCredential(given, clock.now(), 0) })
  await storage.set(KEY, value, {})
  clock.pass(290)
  const asked = Promise.withResolvers<undefined>()
  const answer = Promise.withResolvers<RemoteOutcome<ReceivedTokens>>()
  const keeper = createTokenKeeper<Credential>({
    storage,
    clock,
    format: CREDENTIAL_FORMAT,
    random: () => 0,
    maxConcurrent: 8,
    lockSeconds: 30,
    errorFor: ({ kind }: NoToken) => new Error(kind),
    onEnded: () => undefined,
    refresh: () => {
      asked.resolve(undefined)
      return answer.promise
    },
  })
  return { keeper, asked: asked.promise, answer: answer.resolve }
}

test('a token that an API has refused is not given again by a renewal that others had begun', async () => {
  const { keeper, asked, answer } = await startKeeper()
  const other = keeper.current(KEY)
  await asked
  const refused = keeper.current(KEY, 'at-0')
  refused.catch(() => undefined)
  answer({ ok: false, failure: AWAY })
  expect((await other).accessToken).toBe('at-0')
  await expect(refused).rejects.toThrow('not_now')
})

test('a token that an API has refused is the one of a renewal that others had begun, where that works', async () => {
  const { keeper, asked, answer } = await startKeeper()
  const other = keeper.current(KEY)
  await asked
  const refused = keeper.current(KEY, 'at-0')
  const value = { accessToken: 'at-1', refreshToken: 'rt-1', scopes: [], expiresInSeconds: 300 }
  answer({ ok: true, value })
  expect((await Promise.all([other, refused])).map(({ accessToken }) => accessToken)).toEqual([
    'at-1',
    'at-1',
  ])
})
