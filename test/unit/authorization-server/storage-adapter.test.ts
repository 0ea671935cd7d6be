import { type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider'
import { describe, expect, test } from 'vitest'
import { withId, withoutId } from '../../../src/authorization-server/adapter/record-content.ts'
import { createTokenService } from '../../../src/authorization-server/token-service.ts'
import { memory, type Storage } from '../../../src/storage/index.ts'
import * as fc from '../../fuzz/fast-check.ts'
import { STORES } from './support/stores.ts'
import { createSigningKeys, dateClock, ISSUER } from './support/token-world.ts'

const signingKeys = await createSigningKeys()
const ID = 'kJ3nZ-an-id-of-256-random-bits_kJ3nZ'
const GRANT_ID = 'yP8sQ-an-id-of-256-random-bits_yP8sQ'

function adaptersOn(storage: Storage, tenant?: string): AdapterFactory {
  return createTokenService({
    issuer: ISSUER,
    storage,
    signingKeys,
    tenant,
    accessTokenSeconds: 600,
    refreshGraceSeconds: 30,
    refreshIdleSeconds: 60,
    refreshAbsoluteSeconds: 600,
    clock: dateClock,
    emit: () => undefined,
    requireProofs: false,
    errors,
  }).adapter
}

async function contentOf(storage: Storage): Promise<string> {
  const texts: string[] = []
  for await (const key of storage.list('')) {
    texts.push(key, Buffer.from((await storage.get(key))?.value ?? []).toString())
  }
  return texts.join('\n')
}

describe.each(STORES)('on %s', (_title, { open, missing }) => {
  test.skipIf(missing !== '')('what is saved is found as it was, by every node', async () => {
    const [one, other] = (await open(2)).map((storage) => adaptersOn(storage))
    const payload = { jti: ID, kind: 'RefreshToken', scope: 'a "b" \\ é', rar: [{ type: ID }] }
    await one?.('RefreshToken').upsert(ID, payload, 60)
    expect(await other?.('RefreshToken').find(ID)).toEqual(payload)
    expect(await other?.('AccessToken').find(ID)).toBeUndefined()
    expect(await other?.('RefreshToken').find('another')).toBeUndefined()
    await other?.('RefreshToken').destroy(ID)
    expect(await one?.('RefreshToken').find(ID)).toBeUndefined()
  })

  test.skipIf(missing !== '')('AS-24 neither keys nor values hold the id', async () => {
    const [storage] = (await open(1)) as [Storage]
    const adapters = adaptersOn(storage)
    const payload = {
      jti: ID,
      returnTo: `https://as.example.com/authorize/${ID}`,
      session: { uid: 'u', cookie: 'a-session-id' },
    } as unknown as AdapterPayload
    await adapters('Interaction').upsert(ID, payload, 60)
    await adapters('Session').upsert(`${ID}-s`, { jti: `${ID}-s`, uid: 'the-uid' }, 60)
    const content = await contentOf(storage)
    expect(content).toContain('interaction::')
    expect(content).not.toContain(ID)
    expect(content).not.toContain('a-session-id')
    expect(await adapters('Interaction').find(ID)).toMatchObject({
      jti: ID,
      returnTo: payload['returnTo'],
    })
  })

  test.skipIf(missing !== '')('SEC-131 of 50 that consume a code at once, one does', async () => {
    const nodes = (await open(2)).map((storage) => adaptersOn(storage)('AuthorizationCode'))
    await nodes[0]?.upsert(ID, { jti: ID, grantId: GRANT_ID }, 60)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, async (_, index) => nodes[index % 2]?.consume(ID)),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const losers = outcomes.filter((outcome) => outcome.status === 'rejected')
    for (const { reason } of losers) expect(reason).toBeInstanceOf(errors.InvalidGrant)
    expect(await nodes[1]?.find(ID)).toMatchObject({ consumed: expect.any(Number) as number })
  })

  test.skipIf(missing !== '')('of 50 requests with one proof, one gets through', async () => {
    const nodes = (await open(2)).map((storage) => adaptersOn(storage)('ReplayDetection'))
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, async (_, index) => nodes[index % 2]?.upsert(ID, { jti: ID }, 60)),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test.skipIf(missing !== '')('a grant ends with everything that came of it', async () => {
    const [one, other] = (await open(2)).map((storage) => adaptersOn(storage))
    const tokens = ['AuthorizationCode', 'RefreshToken', 'AccessToken'] as const
    for (const grantId of [GRANT_ID, 'kept']) {
      await one?.('Grant').upsert(grantId, { jti: grantId, accountId: 'a', clientId: 'c' }, 60)
      for (const model of tokens) {
        await one?.(model).upsert(`${model} ${grantId}`, { grantId }, 60)
      }
    }
    await other?.('RefreshToken').revokeByGrantId(GRANT_ID)
    expect(await one?.('Grant').find(GRANT_ID)).toBeUndefined()
    expect(await one?.('Grant').find('kept')).toBeDefined()
    for (const model of tokens) {
      expect(await one?.(model).find(`${model} ${GRANT_ID}`)).toBeUndefined()
      expect(await one?.(model).find(`${model} kept`)).toBeDefined()
    }
  })
})

describe('second names', () => {
  test('a session is found by its uid, and can be destroyed by what was found', async () => {
    const storage = memory()
    const sessions = adaptersOn(storage)('Session')
    await sessions.upsert(ID, { jti: ID, uid: 'uid', accountId: 'alice' }, 60)
    const found = await sessions.findByUid('uid')
    expect(found).toMatchObject({ uid: 'uid', accountId: 'alice' })
    expect(found?.jti).not.toBe(ID)
    expect(await sessions.find(String(found?.jti))).toBeUndefined()
    await sessions.destroy(String(found?.jti))
    expect(await sessions.find(ID)).toBeUndefined()
    expect(await sessions.findByUid('uid')).toBeUndefined()
    expect(await contentOf(storage)).not.toContain('session')
  })

  test('a session whose id is renewed is found by its uid under the new one', async () => {
    const sessions = adaptersOn(memory())('Session')
    await sessions.upsert('old', { jti: 'old', uid: 'uid' }, 60)
    await sessions.upsert('new', { jti: 'new', uid: 'uid', accountId: 'alice' }, 60)
    await sessions.destroy('old')
    expect(await sessions.findByUid('uid')).toMatchObject({ accountId: 'alice' })
  })

  test('a device code is found by what the user types', async () => {
    const codes = adaptersOn(memory())('DeviceCode')
    await codes.upsert(ID, { jti: ID, userCode: 'ABCD-EFGH' }, 60)
    expect(await codes.findByUserCode('ABCD-EFGH')).toMatchObject({ userCode: 'ABCD-EFGH' })
    expect(await codes.findByUserCode('ABCD-EFGX')).toBeUndefined()
  })
})

test('records of one tenant are not there for another', async () => {
  const storage = memory()
  const [one, other] = [adaptersOn(storage, 'one'), adaptersOn(storage, 'other')]
  await one('RefreshToken').upsert(ID, { jti: ID }, 60)
  expect(await other('RefreshToken').find(ID)).toBeUndefined()
  expect(await one('RefreshToken').find(ID)).toBeDefined()
})

test('a record of another version or none at all is refused, and stays', async () => {
  const storage = memory()
  const codes = adaptersOn(storage)('AuthorizationCode')
  await codes.upsert(ID, { jti: ID }, 60)
  const lines = (await contentOf(storage)).split('\n')
  const key = lines.find((line) => line.startsWith('authorization-code:')) ?? ''
  for (const text of ['', 'null', '{"version":2,"payload":"{}"}', '{"version":1,"payload":1}']) {
    await storage.set(key, Buffer.from(text))
    await expect(codes.find(ID)).rejects.toMatchObject({ code: 'ERR_STORAGE_TAMPERED' })
  }
})

test('nodes that start together hash with the same key, and give it back to an emptied store', async () => {
  const storage = memory()
  const nodes = Array.from({ length: 10 }, () => adaptersOn(storage)('RefreshToken'))
  await Promise.all(nodes.map((node, index) => node.upsert(`${ID}${index}`, { jti: 'j' }, 60)))
  for (const node of nodes) expect(await node.find(`${ID}3`)).toBeDefined()
})

test('a model of a feature that is off has no records', () => {
  expect(() => adaptersOn(memory())('BackchannelAuthenticationRequest')).toThrow(TypeError)
})

test('whatever the id is, it can be taken out and put back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.json(), (id, json) => {
      const payload = { jti: id, value: JSON.parse(json) as unknown, text: `a${id}b${id}` }
      expect(withId(withoutId(payload, id), id)).toEqual(payload)
    }),
  )
})
