import { createResourceServer } from 'mcp-gatehouse'
import { describe, expect, test } from 'vitest'
import { startHostileServer } from './support/hostile-server.ts'
import { spyOnSockets } from './support/socket-spy.ts'
import { KEYS, METADATA, RESOURCE, startTokenGate, unavailable } from './support/token-gate.ts'

const ISSUER = 'https://id.example.com'
const REDIRECTS = [301, 302, 303, 307, 308]

describe('SEC-069 a redirect is not followed', () => {
  test.each(REDIRECTS)('SEC-069 %i from the key set to an internal address', async (status) => {
    const gate = await startTokenGate()
    const Location = 'http://169.254.169.254/latest/meta-data/iam'
    gate.issuer.respond(KEYS, { status, headers: { Location } })
    expect(await gate.ask(gate.token())).toEqual(unavailable('ERR_UPSTREAM_REDIRECT'))
  })

  test.each(REDIRECTS)('SEC-069 %i to a server that has the very keys', async (status) => {
    const gate = await startTokenGate()
    const body = JSON.stringify({ keys: [gate.forge.jwk] })
    const target = await startHostileServer((_request, response) => response.end(body))
    gate.issuer.respond(KEYS, { status, headers: { Location: `${target.origin}/jwks` } })
    expect(await gate.ask(gate.token())).toEqual(unavailable('ERR_UPSTREAM_REDIRECT'))
    expect(target.count).toBe(0)
  })

  test.each(REDIRECTS)('SEC-069 %i from the metadata', async (status) => {
    const gate = await startTokenGate()
    const target = await startHostileServer((_request, response) =>
      response.end(JSON.stringify(gate.issuer.metadata)),
    )
    const headers = { Location: `${target.origin}/` }
    gate.issuer.respond(METADATA, { status, headers })
    gate.issuer.respond('/.well-known/openid-configuration', { status, headers })
    expect(await gate.ask(gate.token())).toEqual(unavailable('ERR_UPSTREAM_METADATA_NOT_FOUND'))
    expect(target.count).toBe(0)
  })

  test('SEC-069 known keys survive a redirect', async () => {
    const gate = await startTokenGate()
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
    gate.issuer.respond(KEYS, { status: 302, headers: { Location: 'http://169.254.169.254/' } })
    gate.clock.pass(601)
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
  })
})

describe('SEC-069 keys come by https', () => {
  const URLS: readonly (readonly [string, string])[] = [
    ['http://id.example.com/jwks', 'ERR_CONFIG_NOT_HTTPS'],
    ['http://169.254.169.254/latest/meta-data', 'ERR_CONFIG_NOT_HTTPS'],
    ['http://10.0.0.1/jwks', 'ERR_CONFIG_NOT_HTTPS'],
    ['http://localhost.example.com/jwks', 'ERR_CONFIG_NOT_HTTPS'],
    ['http://127.0.0.1.example.com/jwks', 'ERR_CONFIG_NOT_HTTPS'],
    ['file:///etc/passwd', 'ERR_CONFIG_NOT_HTTPS'],
    ['file://localhost/etc/passwd', 'ERR_CONFIG_NOT_HTTPS'],
    ['data:application/json,{"keys":[]}', 'ERR_CONFIG_NOT_HTTPS'],
    ['ftp://id.example.com/jwks', 'ERR_CONFIG_NOT_HTTPS'],
    ['blob:https://id.example.com/1', 'ERR_CONFIG_NOT_HTTPS'],
    ['ws://127.0.0.1/jwks', 'ERR_CONFIG_NOT_HTTPS'],
    ['javascript:1', 'ERR_CONFIG_NOT_HTTPS'],
    ['/jwks', 'ERR_CONFIG_OPTION_TYPE'],
    ['//id.example.com/jwks', 'ERR_CONFIG_OPTION_TYPE'],
    ['', 'ERR_CONFIG_OPTION_TYPE'],
  ]
  const create = (server: object, allowInsecureLoopback: boolean): unknown =>
    createResourceServer({
      resource: RESOURCE,
      authorizationServers: [{ issuer: ISSUER, ...server }],
      allowInsecureLoopback,
    })

  test.each(URLS)('SEC-069 %s is refused at creation', (url, code) => {
    for (const allowInsecureLoopback of [false, true]) {
      const thrown = expect.objectContaining({ code })
      expect(() => create({ jwksUri: url }, allowInsecureLoopback)).toThrow(thrown)
      expect(() => create({ metadataUrl: url }, allowInsecureLoopback)).toThrow(thrown)
    }
  })

  test.each(URLS)('SEC-069 %s in configured metadata is refused at creation', (url) => {
    const metadata = { issuer: ISSUER, jwks_uri: url }
    for (const allowInsecureLoopback of [false, true]) {
      expect(() => create({ metadata }, allowInsecureLoopback)).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG_SERVER_METADATA' }),
      )
    }
  })

  test.each(URLS)('SEC-069 %s in fetched metadata is 503, and not read', async (url) => {
    const gate = await startTokenGate()
    gate.issuer.metadata['jwks_uri'] = url
    const sockets = spyOnSockets()
    expect(await gate.ask(gate.token())).toEqual(unavailable('ERR_UPSTREAM_METADATA_INVALID'))
    expect(gate.issuer.requests.map(({ path }) => path)).toEqual([METADATA])
    expect(sockets.opened).toBe(1)
  })

  test.each([[null], [1], [['https://id.example.com/jwks']]])(
    'SEC-069 a jwks_uri that is %j is 503',
    async (jwks_uri) => {
      const gate = await startTokenGate()
      gate.issuer.metadata['jwks_uri'] = jwks_uri
      expect(await gate.ask(gate.token())).toEqual(unavailable('ERR_UPSTREAM_METADATA_INVALID'))
    },
  )

  test('SEC-069 http is for loopback addresses, and only with allowInsecureLoopback', () => {
    for (const host of ['127.0.0.1:8080', 'localhost:8080', '[::1]:8080']) {
      const jwksUri = `http://${host}/jwks`
      expect(() => create({ jwksUri }, true)).not.toThrow()
      expect(() => create({ jwksUri }, false)).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG_NOT_HTTPS' }),
      )
    }
  })
})
