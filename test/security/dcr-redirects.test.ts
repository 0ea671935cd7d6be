import { describe, expect, test } from 'vitest'
import { METADATA, startClientsWorld } from './support/clients-world.ts'
import { expectRegistrationRefused as expectRefused } from './support/expect-registration.ts'

describe('SEC-210 AS-17 redirect URIs that cannot be registered', () => {
  test.each([
    [[]],
    ['https://app.example/cb'],
    [[7]],
    [Array.from({ length: 5_000 }, (_, i) => `https://a/${i}`).slice(0, 1_000)],
    [['http://evil.example/cb']],
    [['http://127.1/cb']],
    [['https://user@app.example/cb']],
    [['https://app.example/cb#f']],
    [['https://*.example/cb']],
    [['https://app.example/a/../cb']],
    [['https://app.example/cb', 'javascript:alert(1)']],
    [['java\tscript:alert(1)']],
    [[' javascript:alert(1)']],
    [['data:text/html,x']],
    [['vbscript:x']],
    [['file:///etc/passwd']],
    [['blob:https://app.example/x']],
    [['about:blank']],
    [['intent://x#Intent;end']],
    [['view-source:https://app.example']],
    [['cursor://x/cb']],
    [['com.example.app:cb']],
  ])('%j', async (redirect_uris) => {
    const world = await startClientsWorld()
    expectRefused(await world.register({ ...METADATA, redirect_uris }), 'invalid_redirect_uri')
  })

  test.each(['http://127.0.0.1/cb', 'http://localhost:1/cb', 'http://[::1]/cb'])(
    'a web client with %s',
    async (uri) => {
      const world = await startClientsWorld()
      const metadata = { ...METADATA, redirect_uris: [uri] }
      expectRefused(
        await world.register({ ...metadata, application_type: 'web' }),
        'invalid_redirect_uri',
      )
      const { body } = await world.register(metadata)
      expect(body['application_type']).toBe('native')
    },
  )

  test('SEC-114 a private-use scheme from the list is registered and redirected to', async () => {
    const world = await startClientsWorld({ privateUseSchemes: ['cursor'] })
    const redirect_uri = 'cursor://anysphere.cursor-mcp/oauth/callback'
    const { body } = await world.register({ ...METADATA, redirect_uris: [redirect_uri] })
    const answer = await world.authorize({ client_id: String(body['client_id']), redirect_uri })
    expect(answer.status).toBe(303)
  })

  test.each<['native' | 'web', string]>([
    ['native', 'javascript:alert(1)'],
    ['native', 'intent://x/y'],
    ['native', 'cursor://x/cb'],
    ['web', 'http://evil.example/cb'],
  ])(
    'SEC-113 in a %s record that was changed in the storage, %s is refused too',
    async (type, uri) => {
      const world = await startClientsWorld()
      const { body } = await world.register(METADATA)
      const client_id = String(body['client_id'])
      const change = { application_type: type, redirect_uris: [uri] }
      await world.records.upsert(
        client_id,
        { ...(await world.records.find(client_id)), ...change },
        60,
      )
      const answer = await world.authorize({ client_id, redirect_uri: uri })
      expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
    },
  )
})

describe('SEC-111 SEC-112 AS-13 a request has the redirect URI that was registered', () => {
  test.each([
    ['https://app.example/CB', 400],
    ['https://app.example/cb/', 400],
    ['https://app.example/cb?x=1', 400],
    ['https://app.example/cb%2f', 400],
    ['https://app.example/cb/../x', 400],
    ['https://app.example@evil/cb', 400],
    ['https://evil\\@app.example/cb', 400],
    ['HTTPS://APP.example/cb', 400],
    ['https://app.example:443/cb', 400],
    ['https:app.example/cb', 400],
    ['https://app.example/cb ', 400],
    ['https://app.example/c\tb', 400],
    ['https://app.example/cb', 303],
    ['http://127.0.0.1:50123/cb', 303],
    ['http://127.0.0.1/cb', 303],
    ['http://localhost:50123/cb', 400],
    ['http://127.0.0.2:50123/cb', 400],
    ['http://127.1:50123/cb', 400],
    ['https://127.0.0.1:50123/cb', 400],
    ['http://user@127.0.0.1:50123/cb', 400],
  ])('%j: %i', async (redirect_uri, status) => {
    const world = await startClientsWorld()
    const { body } = await world.register({
      ...METADATA,
      redirect_uris: ['https://app.example/cb', 'http://127.0.0.1:3000/cb'],
    })
    const answer = await world.authorize({ client_id: String(body['client_id']), redirect_uri })
    const isRedirected = answer.headers.get('location') !== null
    expect([answer.status, isRedirected]).toEqual([status, status === 303])
  })
})
