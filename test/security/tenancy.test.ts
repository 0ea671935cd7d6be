import type { IncomingMessage } from 'node:http'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Principal } from 'mcp-gatehouse'
import { requireTenant } from 'mcp-gatehouse/context'
import { protect } from 'mcp-gatehouse/node'
import { afterAll, describe, expect, test } from 'vitest'
import { INVALID_TOKEN } from '../adapters/answers.ts'
import { serve } from '../adapters/platforms/serve.ts'
import type { WireRequest } from '../adapters/wire.ts'
import { bearer, openWorld, post, RESOURCE } from '../adapters/world.ts'
import { ask } from '../conformance/eras.ts'
import { everywhere, expectRefusal, takeReasons } from './cases.ts'

const POLICY = { tools: { read_note: [], settings: [] } } as const
const READ = { name: 'read_note', arguments: { tenant: 'umbrella' } }
const OTHER_TENANT = {
  status: 403,
  headers: { 'cache-control': 'no-store', 'content-type': 'application/json' },
  body: '{"error":"access_denied","error_description":"The access token belongs to another tenant than the one that is addressed."}',
}

describe('SEC-284 another tenant than that of the token', async () => {
  const plain = await openWorld({ server: { requiredScopes: [], policy: POLICY } })
  const addressed = await openWorld({
    server: {
      requiredScopes: [],
      policy: POLICY,
      requestedTenant: (request) => {
        const [host = ''] = request.header('host')
        if (host.endsWith('.example.com')) return host.slice(0, -'.example.com'.length)
        return request.header('x-tenant-id')[0]
      },
    },
  })
  afterAll(() => Promise.all([plain.close(), addressed.close()]))
  const tokenOf = (tid?: string) => plain.issuer.mint({ aud: RESOURCE, sub: 'alice', tid })

  const CLAIMED: readonly Partial<WireRequest>[] = [
    {},
    { target: '/mcp?tenant=umbrella' },
    { target: '/mcp?tid=umbrella&tenant_id=umbrella' },
    { host: 'umbrella.example.com' },
  ]
  test.each(plain.apps)(
    'SEC-284 named by header, query, host or body: the token decides (%s)',
    everywhere(plain, async (app) => {
      const lines = [
        ['X-Tenant-Id', 'umbrella'],
        ['X-Org-Id', 'umbrella'],
      ] as const
      for (const claimed of CLAIMED) {
        const request = ask('2025-11-25', await tokenOf('acme'), 'tools/call', READ, { lines })
        expect((await app.send({ ...request, ...claimed })).status).toBe(200)
        const [seen] = plain.takeSeen()
        expect((seen?.current as Principal | undefined)?.tenant).toBe('acme')
        expect(takeReasons(plain)).toEqual(['auth.allow'])
      }
    }),
  )

  test.each(addressed.apps)(
    'SEC-284 addressed by header or host: 403, and the log says so (%s)',
    everywhere(addressed, async (app) => {
      const tokens = await Promise.all(
        ['umbrella', undefined, 'Acme', '__proto__'].map((tid) =>
          addressed.issuer.mint({ aud: RESOURCE, sub: 'alice', tid }),
        ),
      )
      for (const token of tokens) {
        const call = ask('2025-11-25', token, 'tools/call', READ, {
          lines: [['X-Tenant-Id', 'acme']],
        })
        const requests: WireRequest[] = [
          call,
          { ...call, host: 'acme.example.com' },
          { method: 'GET', headers: [bearer(token), ['X-Tenant-Id', 'acme']] },
          { method: 'DELETE', headers: [bearer(token), ['X-Tenant-Id', 'acme']] },
        ]
        for (const request of requests) {
          await expectRefusal(addressed, app, request, { answer: OTHER_TENANT, reason: 'tenant' })
        }
      }
      const own = await addressed.issuer.mint({ aud: RESOURCE, sub: 'alice', tid: 'acme' })
      const call = ask('2025-11-25', own, 'tools/call', READ, { lines: [['X-Tenant-Id', 'acme']] })
      expect((await app.send(call)).status).toBe(200)
    }),
  )

  test('SEC-284 the event of a mismatch names the tenant of the caller', async () => {
    const [, app] = addressed.apps[0] ?? []
    const token = await addressed.issuer.mint({ aud: RESOURCE, sub: 'alice', tid: 'umbrella' })
    addressed.takeEvents()
    await app?.send({ headers: [bearer(token), ['X-Tenant-Id', 'acme']] })
    expect(addressed.takeEvents()).toMatchObject([
      { type: 'auth.deny', reason: 'tenant', subject: 'alice', tenant: 'umbrella', status: 403 },
    ])
  })
})

describe('SEC-285 a tenant whose settings are absent', async () => {
  const OPERATOR = 'the-operators-own-credentials'
  const settingsOf = new Map([['acme', { apiKey: 'key-of-acme' }]])
  const world = await openWorld({ platforms: [], server: { requiredScopes: [], policy: POLICY } })
  const app = await serve(
    protect(world.gatehouse, async (request, response, body) => {
      const server = new McpServer({ name: 'notes', version: '1.0.0' })
      server.registerTool('settings', {}, () => {
        const settings = settingsOf.get(requireTenant())
        if (settings === undefined) throw new Error('This tenant is not set up.')
        return { content: [{ type: 'text', text: settings.apiKey ?? OPERATOR }] }
      })
      const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
      await server.connect(transport)
      // Its type of a request forbids what its own middleware sets.
      await transport.handleRequest(request as IncomingMessage, response, body)
    }),
  )
  afterAll(() => Promise.all([app.close(), world.close()]))
  const callAs = async (claims: object) => {
    const token = await world.issuer.mint({ aud: RESOURCE, ...claims })
    const lines = [['X-Tenant-Id', 'acme']] as const
    return app.send(ask('2025-11-25', token, 'tools/call', { name: 'settings' }, { lines }))
  }

  test.each([
    ['none', {}],
    ['an empty one', { tid: '' }],
    ['one that is no text', { tid: ['acme'] }],
    ['one that is not set up', { tid: 'umbrella' }],
    ['the name of a prototype', { tid: '__proto__' }],
  ])('SEC-285 with %s the tool is an error, never the operator', async (_what, claims) => {
    const { status, body } = await callAs(claims)
    expect([status, JSON.parse(body)]).toMatchObject([200, { result: { isError: true } }])
    expect(body).not.toContain(OPERATOR)
    expect(body).not.toContain('key-of-acme')
  })

  test('SEC-285 a tenant that is set up gets its own', async () => {
    expect((await callAs({ tid: 'acme' })).body).toContain('key-of-acme')
  })
})

describe('SEC-286 the resource of another tenant', async () => {
  const world = await openWorld({ server: { requiredScopes: [], policy: POLICY } })
  afterAll(() => world.close())
  const OTHERS = [
    'https://mcp.example.com/umbrella/mcp',
    'https://umbrella.example.com/mcp',
    'https://mcp.example.com/mcp2',
    'https://mcp.example.com/',
    'https://mcp.example.com/MCP',
  ]

  test.each(world.apps)(
    'SEC-286 a valid token of the same issuer for another resource is none here (%s)',
    everywhere(world, async (app) => {
      for (const aud of OTHERS) {
        const token = await world.issuer.mint({ aud, sub: 'alice', tid: 'umbrella' })
        const call = ask('2025-11-25', token, 'tools/call', READ)
        const { scope: _, ...answer } = { ...INVALID_TOKEN, scope: undefined }
        const received = await app.send(call)
        expect(received.status).toBe(answer.status)
        expect(received.headers['www-authenticate']).toContain('error="invalid_token"')
        expect(received.body).toBe(answer.body)
        expect(takeReasons(world)).toEqual(['aud'])
      }
      expect(world.takeSeen()).toEqual([])
      const both = await world.issuer.mint({ aud: [RESOURCE, OTHERS[0]], sub: 'alice' })
      expect(
        (await app.send(post({ jsonrpc: '2.0', id: 1, method: 'ping' }, bearer(both)))).status,
      ).toBe(200)
    }),
  )
})
