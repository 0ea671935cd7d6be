import { oauthService, secretService } from 'mcp-gatehouse/connections'
import { memory, sealed } from 'mcp-gatehouse/storage'
import { describe, expect, test } from 'vitest'
import { newRing } from '../unit/storage/sealed-support.ts'
import { connectionFor, genericAt, startRotatingService } from './canned-service.ts'
import { ALICE, BASE_URL, BOB, BOBS, collect, createWorld, OWNER } from './world.ts'

const jira = secretService({ title: 'Jira', fields: { token: { label: 'Token' } } })
const TYPED = {
  kind: 'secret',
  fields: { token: 'typed-secret' },
  account: { id: 'a', name: 'alice@jira' },
  clientId: 'notes-client',
} as const

async function open(options: Parameters<typeof createWorld>[1] = {}) {
  const service = await startRotatingService()
  const notes = oauthService(genericAt(service.origin))
  return { service, world: createWorld({ notes, jira }, options) }
}

test('E-08: what one user has connected is nobody else’s, whatever their subject is called', async () => {
  const { world } = await open()
  const { vault } = world.core
  await vault.save(OWNER, 'jira', TYPED)
  const others = [
    BOBS,
    { ...OWNER, id: JSON.stringify(['https://other.example', null, 'user', 'alice']) },
    {
      ...OWNER,
      id: JSON.stringify(['https://id.example.com', 'acme', 'user', 'alice']),
      tenant: 'acme',
    },
  ]
  for (const owner of others) {
    expect(await vault.find(owner, 'jira')).toBeUndefined()
    expect(await vault.list(owner)).toEqual([])
    expect(await vault.disconnect(owner, 'jira')).toBeUndefined()
    expect(await vault.delete(owner)).toEqual([])
  }
  await expect(world.api.get(BOB, 'jira')).rejects.toMatchObject({
    code: 'ERR_CONNECTION_REQUIRED',
  })
  expect((await world.api.get(ALICE, 'jira')).fields['token']).toBe('typed-secret')
})

test('a summary says what users want to know, and no secret', async () => {
  const { world } = await open()
  await world.core.vault.save(OWNER, 'jira', TYPED)
  await world.core.vault.save(OWNER, 'notes', connectionFor(300))
  await world.api.get(ALICE, 'jira')
  const list = await world.api.list(ALICE)
  const now = expect.any(Number) as number
  expect(list).toEqual([
    {
      service: 'jira',
      title: 'Jira',
      account: { id: 'a', name: 'alice@jira' },
      permissions: [],
      connectedAt: now,
      connectedBy: 'notes-client',
      lastUsedAt: now,
      lastUsedBy: 'notes-client',
      state: 'connected',
    },
    {
      service: 'notes',
      title: 'Notes',
      account: { id: '1', name: 'alice' },
      permissions: ['notes'],
      connectedAt: now,
      connectedBy: 'notes-client',
      lastUsedAt: undefined,
      lastUsedBy: undefined,
      state: 'connected',
    },
  ])
})

test('the last use is written once a minute, and beside the connection', async () => {
  const storage = memory()
  let writes = 0
  const counting = {
    ...storage,
    set: (...write: Parameters<typeof storage.set>) => {
      writes += 1
      return storage.set(...write)
    },
  }
  const { world } = await open({ storage: counting })
  await world.core.vault.save(OWNER, 'jira', TYPED)
  writes = 0
  for (let call = 0; call < 20; call += 1) await world.api.get(ALICE, 'jira')
  expect(writes).toBe(1)
})

test('what is stored is sealed: neither tokens nor what was typed in are in the store', async () => {
  const inner = memory()
  const { world } = await open({ storage: await sealed(inner, await newRing()) })
  await world.core.vault.save(OWNER, 'jira', TYPED)
  await world.core.vault.save(OWNER, 'notes', connectionFor(300))
  await world.core.requests.begin(OWNER, 'notes', { clientId: 'c', operation: 'tools/call' })
  for (const key of await collect(inner.list(''))) {
    const record = await inner.get(key)
    const bytes = Buffer.from(record?.value ?? []).toString('latin1') + key
    for (const secret of ['typed-secret', 'at-0', 'rt-0', 'alice'])
      expect(bytes).not.toContain(secret)
  }
})

describe('the end of connections', () => {
  test('a disconnect ends both tokens at the service, and nothing of it works any more', async () => {
    const { world, service } = await open()
    await world.core.vault.save(OWNER, 'notes', connectionFor(300))
    const credential = await world.api.get(ALICE, 'notes')
    expect(await world.api.disconnect(ALICE, 'notes')).toEqual({
      service: 'notes',
      atService: 'revoked',
    })
    const revoked = service
      .requestsTo('POST /revoke')
      .map(({ body }) => new URLSearchParams(body).get('token'))
    expect(new Set(revoked)).toEqual(new Set(['at-0', 'rt-0']))
    await expect(credential.accessToken()).rejects.toMatchObject({
      code: 'ERR_CONNECTION_REQUIRED',
    })
    await expect(credential.fetch(service.origin)).rejects.toMatchObject({
      code: 'ERR_CONNECTION_REQUIRED',
    })
    expect(await world.api.disconnect(ALICE, 'notes')).toBeUndefined()
    expect(world.events.at(-1)).toMatchObject({
      type: 'connection.disconnected',
      atService: 'revoked',
      subject: 'alice',
    })
  })

  test('where the service is away, it is ended here, and the event says so', async () => {
    const { world, service } = await open()
    await world.core.vault.save(OWNER, 'notes', connectionFor(300))
    service.answer = (_request, res) => void res.destroy()
    expect(await world.api.disconnect(ALICE, 'notes')).toEqual({
      service: 'notes',
      atService: 'failed',
    })
    expect(await world.api.list(ALICE)).toEqual([])
  })

  test('SEC-227: a disconnect during a refresh discards its result, and ends the tokens it brought', async () => {
    const { world, service } = await open()
    await world.core.vault.save(OWNER, 'notes', connectionFor(0))
    const usual = service.answer
    const held = Promise.withResolvers<undefined>()
    service.answer = async (request, res) => {
      if (request.line === 'POST /token') await held.promise
      await usual(request, res)
    }
    const late = world.api.get(ALICE, 'notes')
    await expect.poll(() => service.requestsTo('POST /token').length).toBe(1)
    const ended = world.api.disconnect(ALICE, 'notes')
    held.resolve(undefined)
    expect(await ended).toEqual({ service: 'notes', atService: 'revoked' })
    await late.catch(() => undefined)
    const revoked = service
      .requestsTo('POST /revoke')
      .map(({ body }) => new URLSearchParams(body).get('token'))
    expect(new Set(revoked)).toEqual(new Set(['at-1', 'rt-1']))
    expect(await world.api.list(ALICE)).toEqual([])
  })

  test('an export has everything but secrets, and a deletion leaves no record of the user', async () => {
    const { world } = await open()
    const { vault, requests, held } = world.core
    await vault.save(OWNER, 'jira', TYPED)
    await vault.save(BOBS, 'jira', TYPED)
    await vault.save(OWNER, 'notes', connectionFor(300))
    await world.api.get(ALICE, 'jira')
    await requests.begin(OWNER, 'notes', { clientId: 'c', operation: 'list_notes' })
    const { tokens, account } = connectionFor(300)
    const waiting = { owner: OWNER, service: 'notes', requestId: undefined, clientId: undefined }
    await held.hold({ ...waiting, tokens, account })
    const exported = await world.api.export(ALICE)
    expect(exported.connections.map(({ service }) => service)).toEqual(['jira', 'notes'])
    expect(exported.pendingRequests).toMatchObject([{ service: 'notes', operation: 'list_notes' }])
    expect(JSON.stringify(exported)).not.toMatch(/typed-secret|at-0|rt-0/)
    expect(await world.api.delete(ALICE)).toHaveLength(2)
    const left = await collect(world.storage.list(''))
    expect(left).toHaveLength(1)
    expect(await vault.list(BOBS)).toHaveLength(1)
  })
})

describe('one account per service and user', () => {
  test('a second connect replaces the first, and settles every request that waits', async () => {
    const { world } = await open()
    const { vault, requests } = world.core
    const begun = await requests.begin(OWNER, 'jira', { clientId: 'c', operation: 'a' })
    await vault.save(OWNER, 'jira', TYPED)
    await vault.save(OWNER, 'jira', { ...TYPED, account: { id: 'b', name: 'other' } })
    expect(await vault.list(OWNER)).toMatchObject([{ account: { id: 'b', name: 'other' } }])
    expect(await requests.outcome(OWNER, begun.id)).toBe('connected')
  })

  test('more permissions, another client at the service or another kind need a new connect', async () => {
    const service = await startRotatingService()
    const storage = memory()
    const options = genericAt(service.origin)
    const before = createWorld({ notes: oauthService(options) }, { storage })
    await before.core.vault.save(OWNER, 'notes', connectionFor(300))
    const reasonWith = async (definition: ReturnType<typeof oauthService> | typeof jira) => {
      const world = createWorld({ notes: definition }, { storage })
      expect(await world.api.list(ALICE)).toMatchObject([{ state: 'needs_reconnect' }])
      return world.api.get(ALICE, 'notes').catch((error: unknown) => error)
    }
    const wider = { ...options, scopes: ['notes', 'notes:write'] }
    const url = `${BASE_URL}/connect/notes`
    expect(await reasonWith(oauthService(wider))).toMatchObject({
      services: [{ service: 'notes', title: 'Notes', url, reason: 'permissions' }],
    })
    expect(await reasonWith(oauthService({ ...options, clientId: 'other' }))).toMatchObject({
      services: [{ reason: 'ended' }],
    })
    expect(await reasonWith(jira)).toMatchObject({ services: [{ reason: 'ended' }] })
    expect(await before.api.list(ALICE)).toMatchObject([{ state: 'connected' }])
  })
})

test('SEC-255: a client that acts for itself has no connection, and gets none of anybody', async () => {
  const { world } = await open()
  await world.core.vault.save(OWNER, 'jira', TYPED)
  const { createPrincipal } = await import('mcp-gatehouse/testing')
  const client = createPrincipal({ client_id: 'alice' })
  for (const call of [
    () => world.api.get(client, 'jira'),
    () => world.api.list(client),
    () => world.api.disconnect(client, 'jira'),
    () => world.api.revokeAll(client),
    () => world.api.export(client),
    () => world.api.delete(client),
  ]) {
    await expect(call()).rejects.toMatchObject({ name: 'DeniedError', code: 'ERR_DENIED_NO_USER' })
  }
})
