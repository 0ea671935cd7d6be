import { afterEach, describe, expect, test, vi } from 'vitest'
import { StorageError } from '../../../src/errors/index.ts'
import { generateKey } from '../../../src/keys/index.ts'
import { memory, type Storage } from '../../../src/storage/index.ts'
import {
  basic,
  dateClock,
  ISSUER,
  RESOURCE,
  SECRET,
  startTokenWorld,
  type WorldOptions,
} from './support/token-world.ts'

afterEach(() => vi.useRealTimers())

const { kty, n, e, kid } = await generateKey({ use: 'encryption', alg: 'RSA-OAEP-256' })
const encryptionKey = { kty, n, e, kid, alg: 'RSA-OAEP-256' }

const FORMS: readonly (readonly [string, WorldOptions])[] = [
  ['signed', {}],
  ['encrypted', { encryptionKey }],
]

describe.each(FORMS)('an access token that is %s', (_form, options) => {
  async function start() {
    const world = await startTokenWorld(options)
    const { body } = await world.signIn()
    const token = String(body['access_token'])
    const introspect = async (client = 'app') =>
      world.node.post('/introspect', { client_id: client, token })
    const revoke = async (more: Record<string, string> = {}) =>
      world.node.post('/revoke', { client_id: 'app', token, ...more })
    return { ...world, body, token, introspect, revoke }
  }

  test('is told about to its client (RFC 7662 §2.2), and to no other', async () => {
    const { introspect } = await start()
    expect(await introspect()).toMatchObject({
      status: 200,
      body: {
        active: true,
        aud: RESOURCE,
        client_id: 'app',
        exp: expect.any(Number) as number,
        iat: expect.any(Number) as number,
        iss: ISSUER,
        jti: expect.any(String) as string,
        scope: 'read write',
        sub: 'alice',
        token_type: 'Bearer',
      },
    })
    expect((await introspect('other')).body).toEqual({ active: false })
  })

  test('SEC-145 is revoked by its client, and its sign-in goes on', async () => {
    const { introspect, revoke, refresh, body } = await start()
    expect(await revoke()).toMatchObject({ status: 200 })
    expect((await introspect()).body).toEqual({ active: false })
    expect(await revoke()).toMatchObject({ status: 200 })
    const next = await refresh(body['refresh_token'])
    expect(next).toMatchObject({ status: 200 })
  })

  test('SEC-145 is revoked under a wrong hint too', async () => {
    const { introspect, revoke } = await start()
    expect(await revoke({ token_type_hint: 'refresh_token' })).toMatchObject({ status: 200 })
    expect((await introspect()).body).toEqual({ active: false })
  })

  test('SEC-145 is not revoked by another client', async () => {
    const { introspect, revoke } = await start()
    expect(await revoke({ client_id: 'other' })).toMatchObject({ status: 200 })
    expect(await introspect()).toMatchObject({ body: { active: true } })
  })

  test('is revoked by nobody whose credentials are wrong, known token or not', async () => {
    const { node, token, introspect } = await start()
    const refusal = { status: 401, body: { error: 'invalid_client' } }
    for (const presented of [token, 'unknown', 'a.b.c']) {
      const parameters = { client_id: 'basic', token: presented }
      expect(await node.post('/revoke', parameters)).toMatchObject(refusal)
      expect(await node.post('/introspect', parameters, basic('basic', 'wrong'))).toMatchObject(
        refusal,
      )
    }
    expect(await introspect()).toMatchObject({ body: { active: true } })
  })

  test('is not active when it has expired', async () => {
    const { introspect } = await start()
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(Date.now() + 600_000)
    expect((await introspect()).body).toEqual({ active: false })
  })

  test('ends with its refresh token', async () => {
    const { node, introspect, body } = await start()
    await node.post('/revoke', { client_id: 'app', token: String(body['refresh_token']) })
    expect((await introspect()).body).toEqual({ active: false })
  })

  test('of a client that acts for itself is told about and revoked', async () => {
    const { node } = await startTokenWorld(options)
    const credentials = { client_id: 'service', client_secret: SECRET }
    const { body } = await node.post('/token', {
      ...credentials,
      grant_type: 'client_credentials',
      resource: RESOURCE,
      scope: 'read',
    })
    const presented = { ...credentials, token: String(body['access_token']) }
    const { body: about } = await node.post('/introspect', presented)
    expect(about).toMatchObject({ active: true, client_id: 'service', scope: 'read' })
    await node.post('/revoke', presented)
    expect((await node.post('/introspect', presented)).body).toEqual({ active: false })
  })
})

describe('a refresh token', () => {
  test('is told about until it is rotated', async () => {
    const { node, signIn, refresh } = await startTokenWorld()
    const { body } = await signIn()
    const parameters = { client_id: 'app', token: String(body['refresh_token']) }
    expect(await node.post('/introspect', parameters)).toMatchObject({
      body: { active: true, client_id: 'app', sub: 'alice' },
    })
    await refresh(body['refresh_token'])
    expect((await node.post('/introspect', parameters)).body).toEqual({ active: false })
  })

  test.each([undefined, 'access_token', 'refresh_token', 'something'])(
    'SEC-145 is revoked whatever the hint is: %s',
    async (hint) => {
      const { node, signIn, refresh } = await startTokenWorld()
      const { body } = await signIn()
      const token = String(body['refresh_token'])
      const parameters = { client_id: 'app', token, ...(hint && { token_type_hint: hint }) }
      expect(await node.post('/revoke', parameters)).toMatchObject({ status: 200 })
      expect(await refresh(token)).toMatchObject({ status: 400 })
    },
  )

  test('SEC-145 of another client is not revoked', async () => {
    const { node, signIn, refresh } = await startTokenWorld()
    const { body } = await signIn()
    const token = String(body['refresh_token'])
    expect(await node.post('/revoke', { client_id: 'other', token })).toMatchObject({ status: 200 })
    expect(await refresh(token)).toMatchObject({ status: 200 })
  })
})

describe('SEC-145 what is no token of ours', () => {
  const FORGED = `${btoa('{"alg":"ES256","typ":"at+jwt"}')}.${btoa('{"iss":"https://as.example.com"}')}.c2ln`
  test.each(['unknown', 'a.b.c', 'a.b.c.d.e', '....', FORGED.replaceAll('=', '')])(
    '%s is 200 to revoke, and inactive',
    async (token) => {
      const { node } = await startTokenWorld()
      const parameters = { client_id: 'app', token }
      expect(await node.post('/revoke', parameters)).toMatchObject({ status: 200 })
      expect((await node.post('/introspect', parameters)).body).toEqual({ active: false })
    },
  )

  test('two tokens, or none, are an invalid request', async () => {
    const { node } = await startTokenWorld()
    for (const text of ['client_id=app', 'client_id=app&token=a.b.c&token=a.b.c']) {
      expect(await node.post('/revoke', text)).toMatchObject({
        status: 400,
        body: { error: 'invalid_request' },
      })
    }
  })
})

describe('SEC-145 a store that fails', () => {
  test.each(['access_token', 'refresh_token'])(
    'is 503, and the %s is revoked later',
    async (name) => {
      let isDown = false
      const storage = memory({ clock: dateClock })
      const unlessDown = async <Result>(call: () => Promise<Result>): Promise<Result> => {
        if (isDown) throw new StorageError('ERR_STORAGE_UNAVAILABLE', 'Test', { retryable: true })
        return call()
      }
      const failing: Storage = {
        ...storage,
        set: (...call) => unlessDown(() => storage.set(...call)),
        compareAndSwap: (...call) => unlessDown(() => storage.compareAndSwap(...call)),
        deleteByTag: (...call) => unlessDown(() => storage.deleteByTag(...call)),
        delete: (...call) => unlessDown(() => storage.delete(...call)),
        commit: (...call) => unlessDown(() => storage.commit(...call)),
      }
      const { node, signIn } = await startTokenWorld({ storages: [failing] })
      const { body } = await signIn()
      const parameters = { client_id: 'app', token: String(body[name]) }
      isDown = true
      expect(await node.post('/revoke', parameters)).toMatchObject({ status: 503 })
      isDown = false
      expect(await node.post('/introspect', parameters)).toMatchObject({ body: { active: true } })
      expect(await node.post('/revoke', parameters)).toMatchObject({ status: 200 })
      expect((await node.post('/introspect', parameters)).body).toEqual({ active: false })
    },
  )
})
