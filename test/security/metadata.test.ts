import { type AuditEvent, createResourceServer, type ResourceServerOptions } from 'mcp-gatehouse'
import { afterAll, describe, expect, test } from 'vitest'
import type { WireRequest } from '../adapters/wire.ts'
import { METADATA_PATH, openWorld, RESOURCE, SCOPE } from '../adapters/world.ts'
import { everywhere } from './cases.ts'

const WELL_KNOWN = '/.well-known/oauth-protected-resource'
const OPTIONS: ResourceServerOptions = {
  resource: RESOURCE,
  authorizationServers: ['https://as.example.com'],
}

describe('SEC-091 where the metadata is', async () => {
  const resource = 'https://mcp.example.com/a/mcp'
  const world = await openWorld({ server: { resource } })
  const atRoot = await openWorld({ server: { resource, metadataAtRoot: true } })
  afterAll(() => Promise.all([world.close(), atRoot.close()]))

  test.each(world.apps)(
    'SEC-091 at the path-inserted location (%s)',
    everywhere(world, async (app) => {
      const { status, body } = await app.send({ target: `${WELL_KNOWN}/a/mcp` })
      expect([status, JSON.parse(body)]).toEqual([200, world.gatehouse.protectedResourceMetadata])
      expect(JSON.parse(body).resource).toBe(resource)
    }),
  )

  test.each(world.apps)(
    'SEC-091 at no other location (%s)',
    everywhere(world, async (app) => {
      for (const path of ['', '/', '/b/mcp', '/a/mcp/', '/a/MCP', '/a', '/mcp', '/a/mcp/x']) {
        const { status } = await app.send({ target: WELL_KNOWN + path })
        expect([path, status]).toEqual([path, 404])
      }
    }),
  )

  test.each(atRoot.apps)(
    'SEC-091 at the root where that is configured (%s)',
    everywhere(atRoot, async (app) => {
      const inserted = await app.send({ target: `${WELL_KNOWN}/a/mcp` })
      expect(inserted.status).toBe(200)
      expect(await app.send({ target: WELL_KNOWN })).toEqual(inserted)
      for (const path of ['/', '/b/mcp', '/a/mcp/']) {
        expect((await app.send({ target: WELL_KNOWN + path })).status).toBe(404)
      }
    }),
  )
})

describe('the document', async () => {
  const world = await openWorld()
  afterAll(() => world.close())

  test.each(world.apps)(
    'SEC-092 an unknown location is 404 and is not repeated (%s)',
    everywhere(world, async (app) => {
      for (const path of [
        '/<script>alert(1)</script>',
        '/..%2f..%2fadmin',
        `/${'x'.repeat(10_240)}`,
      ]) {
        const { status, headers, body } = await app.send({ target: WELL_KNOWN + path })
        expect([path.slice(0, 20), status]).toEqual([path.slice(0, 20), 404])
        expect(JSON.stringify([headers, body])).not.toMatch(/<|alert|admin|xxxx/)
      }
    }),
  )

  test.each(world.apps)(
    'SEC-093 the document does not depend on the request (%s)',
    everywhere(world, async (app) => {
      const plain = await app.send({ target: METADATA_PATH })
      for (const request of [
        { host: 'evil.example' },
        {
          headers: [
            ['X-Forwarded-Host', 'evil.example'],
            ['X-Forwarded-Proto', 'http'],
          ],
        },
        {
          headers: [
            ['X-Forwarded-Prefix', '/evil'],
            ['Forwarded', 'host=evil.example'],
          ],
        },
        {
          headers: [
            ['X-Original-URL', '/evil'],
            ['Accept-Language', 'de'],
          ],
        },
      ] satisfies WireRequest[]) {
        expect(await app.send({ target: METADATA_PATH, ...request })).toEqual(plain)
      }
      expect(plain.headers).toEqual({
        'access-control-allow-origin': '*',
        'cache-control': 'public, max-age=3600',
        'content-type': 'application/json',
      })
    }),
  )
})

describe('SEC-094 a configuration that contradicts the metadata', () => {
  test.each<[string, string, Partial<ResourceServerOptions>]>([
    ['no authorization server', 'ERR_CONFIG_NO_AUTHORIZATION_SERVER', { authorizationServers: [] }],
    ['an http issuer', 'ERR_CONFIG_NOT_HTTPS', { authorizationServers: ['http://as.example.com'] }],
    [
      'an http issuer outside loopback, in development',
      'ERR_CONFIG_NOT_HTTPS',
      { authorizationServers: ['http://as.example.com'], allowInsecureLoopback: true },
    ],
    ['a fragment in the resource', 'ERR_CONFIG_RESOURCE_INVALID', { resource: `${RESOURCE}#x` }],
    [
      'an empty fragment in the resource',
      'ERR_CONFIG_RESOURCE_INVALID',
      { resource: `${RESOURCE}#` },
    ],
    [
      'another bearer method than the header',
      'ERR_CONFIG_METADATA_FIELD',
      { metadata: { bearer_methods_supported: ['header', 'query'] } },
    ],
    [
      'no bearer method',
      'ERR_CONFIG_METADATA_FIELD',
      { metadata: { bearer_methods_supported: [] } },
    ],
  ])('SEC-094 %s is refused at creation', (_what, code, wrong) => {
    expect(() => createResourceServer({ ...OPTIONS, ...wrong })).toThrow(
      expect.objectContaining({ name: 'ConfigError', code }),
    )
  })

  test('SEC-094 offline_access is dropped with a warning', () => {
    const events: AuditEvent[] = []
    const gatehouse = createResourceServer({
      ...OPTIONS,
      scopesSupported: [SCOPE, 'offline_access'],
      onEvent: (event) => void events.push(event),
    })
    expect(gatehouse.protectedResourceMetadata.scopes_supported).toEqual([SCOPE])
    expect(events).toEqual([
      {
        type: 'config.warning',
        at: expect.any(Number) as number,
        message:
          'scopesSupported: offline_access is left out, since a resource server must not ask for it.',
      },
    ])
  })
})
