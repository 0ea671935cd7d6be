import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { hashClientMetadata } from '../../src/authorization-server/clients/index.ts'
import { DOCUMENT_HOST, METADATA, startClientsWorld } from './support/clients-world.ts'
import { expectAccepted, expectRefused } from './support/expect-document.ts'

describe('SEC-201 a document that changes', () => {
  test('is told about by its fields, and its old redirect URI no longer works', async () => {
    const changes: unknown[] = []
    const world = await startClientsWorld({
      clientIdMetadata: { onChange: (change) => void changes.push(change) },
    })
    const clientId = world.publish('/c', METADATA)
    expectAccepted(await world.authorize({ client_id: clientId }))
    await world.clients.noteApproval(clientId)
    world.publish('/c', { ...METADATA, redirect_uris: ['https://app.example/new'] })
    expectAccepted(await world.authorize({ client_id: clientId }))
    world.clock.pass(61)
    expect((await world.authorize({ client_id: clientId })).body['error']).toBe(
      'invalid_redirect_uri',
    )
    const event = { clientId, fields: ['redirect_uris'] }
    expect(changes).toEqual([event])
    expect(world.takeEvents()).toEqual([
      { type: 'client.metadata_changed', at: world.clock.now(), ...event },
    ])
  })

  test('is not used while the hook that is to revoke fails', async () => {
    let isFailing = true
    const world = await startClientsWorld({
      clientIdMetadata: {
        onChange: () => {
          if (isFailing) throw new Error('no')
        },
      },
    })
    const clientId = world.publish('/c', METADATA)
    expectAccepted(await world.authorize({ client_id: clientId }))
    world.publish('/c', { ...METADATA, client_name: 'Other' })
    world.clock.pass(61)
    expect((await world.authorize({ client_id: clientId })).headers.get('location')).toBeNull()
    isFailing = false
    expectAccepted(await world.authorize({ client_id: clientId }))
  })

  test('SEC-172 has another hash, of what the user saw and of nothing else', () => {
    const metadata = { ...METADATA, client_id: 'https://client.example.com/c' }
    const hash = hashClientMetadata(metadata)
    expect(hash).toMatch(/^[\w-]{43}$/)
    expect(hashClientMetadata({ ...metadata, software_version: '2' })).toBe(hash)
    for (const change of [
      { client_name: 'Other' },
      { redirect_uris: ['https://app.example/cb2'] },
      { jwks_uri: 'https://client.example.com/keys' },
      { client_id: 'https://client.example.com/d' },
    ]) {
      expect(hashClientMetadata({ ...metadata, ...change })).not.toBe(hash)
    }
  })
})

describe('AS-07 the cache', () => {
  test.each([
    ['max-age=600', {}, 600],
    ['public, max-age=600', { Age: '100' }, 500],
    ['max-age=999999', {}, 86_400],
    ['no-store, max-age=600', {}, 60],
    ['max-age=1', {}, 60],
    ['', { Date: 'Sat, 01 Jan 2028 00:00:00 GMT', Expires: 'Sat, 01 Jan 2028 00:10:00 GMT' }, 600],
    ['', {}, 60],
  ])('Cache-Control %j with %j keeps a document for %i s', async (control, headers, seconds) => {
    const world = await startClientsWorld()
    const clientId = world.publish('/c', (_req: unknown, res: ServerResponse) => {
      const id = `https://${DOCUMENT_HOST}:${world.host.port}/c`
      const all = { 'Content-Type': 'application/json', 'Cache-Control': control, ...headers }
      res.writeHead(200, all).end(JSON.stringify({ ...METADATA, client_id: id }))
    })
    await world.authorize({ client_id: clientId })
    world.clock.pass(seconds - 1)
    expectAccepted(await world.authorize({ client_id: clientId }))
    expect(world.host.requests).toHaveLength(1)
    world.clock.pass(2)
    expectAccepted(await world.authorize({ client_id: clientId }))
    expect(world.host.requests).toHaveLength(2)
  })

  test('another replica takes a fresh document from the storage', async () => {
    const world = await startClientsWorld()
    const clientId = world.publish('/c', METADATA)
    await world.authorize({ client_id: clientId })
    const other = await startClientsWorld({}, world.storage)
    expectAccepted(await other.authorize({ client_id: clientId }))
    expect([world.host.requests.length, other.host.requests.length]).toEqual([1, 0])
  })

  test('a document outlives an hour in which its host is down, and no longer', async () => {
    const world = await startClientsWorld()
    const clientId = world.publish('/c', METADATA)
    await world.authorize({ client_id: clientId })
    world.publish('/c', (_req: unknown, res: ServerResponse) => res.destroy())
    world.clock.pass(60 * 60)
    expectAccepted(await world.authorize({ client_id: clientId }))
    world.clock.pass(60)
    expectRefused(await world.authorize({ client_id: clientId }))
  })

  test('a document that is gone is gone at once', async () => {
    const world = await startClientsWorld()
    const clientId = world.publish('/c', METADATA)
    await world.authorize({ client_id: clientId })
    world.publish('/c', { ...METADATA, redirect_uris: [] })
    world.clock.pass(61)
    expectRefused(await world.authorize({ client_id: clientId }))
  })
})
