import { once } from 'node:events'
import { createServer, request as sendRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createResourceServer } from 'mcp-gatehouse'
import { type ForwardHeadersOptions, forwardHeaders } from 'mcp-gatehouse/context'
import { protect } from 'mcp-gatehouse/node'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startIssuer } from '../../security/support/token-gate.ts'

const RESOURCE = 'https://mcp.example.com/mcp'
const ECHO = (request: Request): Response =>
  Response.json({
    url: request.url,
    redirect: request.redirect,
    ...Object.fromEntries(request.headers),
  })

/** A gate, a good token for it, and what a tool behind it gets from a call of the API. */
async function startWorld(options: ForwardHeadersOptions, resource = RESOURCE) {
  const issuer = await startIssuer()
  const gatehouse = createResourceServer({
    resource,
    authorizationServers: [issuer.issuer],
    allowInsecureLoopback: true,
  })
  const api = forwardHeaders(gatehouse, ECHO, options)
  const token = await issuer.mint({ aud: resource })
  const call = (handle: () => Promise<Response>, headers: Readonly<Record<string, string>> = {}) =>
    gatehouse.protect(handle)(
      new Request(resource, { headers: { authorization: `Bearer ${token}`, ...headers } }),
    )
  return { gatehouse, api, token, call }
}

const SENT = { 'x-api-key': 'k', 'X-Tenant': 'acme', cookie: 'a=b', 'x-other': 'o' }

describe('forwardHeaders', () => {
  test('hands on what is listed, whatever its case, and nothing else', async () => {
    const { api, call } = await startWorld({ headers: ['X-Api-Key', 'x-tenant', 'x-absent'] })
    const answer = await call(() => api('/orders/7?a=1'), SENT)
    expect(await answer.json()).toEqual({
      url: 'https://mcp.example.com/orders/7?a=1',
      redirect: 'manual',
      'x-api-key': 'k',
      'x-tenant': 'acme',
    })
  })

  test('takes a listed field from the caller only, and others from the tool', async () => {
    const { api, call } = await startWorld({ headers: ['x-api-key', 'x-tenant'] })
    const headers = { 'x-api-key': 'of the tool', 'x-tenant': 'globex', accept: 'text/csv' }
    const init = { method: 'POST', body: 'a', headers, redirect: 'follow' } as const
    const seen = await (await call(() => api('/', init), { 'x-tenant': 'acme' })).json()
    expect(seen).toMatchObject({ 'x-tenant': 'acme', accept: 'text/csv', redirect: 'manual' })
    expect(seen).not.toHaveProperty('x-api-key')
  })

  test.each([
    'https://evil.example/',
    '//evil.example/',
    '\\\\evil.example/',
    'http://mcp.example.com/',
    'https://mcp.example.com:8443/',
    new URL('https://mcp.example.com.evil.example/'),
    'data:text/plain,a',
  ])('refuses another origin: %s', async (path) => {
    const { api, call } = await startWorld({ headers: ['x-api-key'] })
    const refused = call(() => api(path), SENT)
    await expect(refused).rejects.toMatchObject({ code: 'ERR_DENIED_ORIGIN' })
  })

  test('asks nobody outside of a request, and within one of another server', async () => {
    const { api } = await startWorld({ headers: ['x-api-key'] })
    const other = await startWorld({ headers: ['x-api-key'] }, 'https://mcp.example.com/other')
    const denied = { name: 'DeniedError', code: 'ERR_DENIED_OPERATION' }
    await expect(api('/')).rejects.toMatchObject(denied)
    await expect(other.call(() => api('/'), SENT)).rejects.toMatchObject(denied)
  })

  test('hands the token on to an API of the same audience, where that is stated', async () => {
    const { api, call, token } = await startWorld({
      headers: ['Authorization'],
      audience: RESOURCE,
    })
    const answer = await call(() => api('/'))
    expect(await answer.json()).toMatchObject({ authorization: `Bearer ${token}` })
  })

  test('does not hand on a field that came twice', async () => {
    const issuer = await startIssuer()
    const resource = 'http://127.0.0.1:3999/mcp'
    const gatehouse = createResourceServer({
      resource,
      authorizationServers: [issuer.issuer],
      allowInsecureLoopback: true,
    })
    const api = forwardHeaders(gatehouse, ECHO, { headers: ['x-api-key', 'x-tenant'] })
    const server = createServer(
      protect(gatehouse, async (_request, response) => {
        response.end(await (await api('/')).text())
      }),
    ).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const authorization = `Bearer ${await issuer.mint({ aud: resource })}`
    const sent = sendRequest({
      port,
      host: '127.0.0.1',
      path: '/mcp',
      headers: { authorization, 'x-api-key': ['a', 'b'], 'x-tenant': 'acme' },
    }).end()
    const [answer] = await once(sent, 'response')
    const seen: unknown = JSON.parse((await answer.toArray()).join(''))
    expect(seen).toEqual({ url: 'http://127.0.0.1:3999/', redirect: 'manual', 'x-tenant': 'acme' })
  })
})

describe('at the start it refuses', () => {
  const create =
    (options: object, api: typeof ECHO = ECHO) =>
    () =>
      forwardHeaders({ resource: RESOURCE }, api, options as ForwardHeadersOptions)

  test.each([
    'cookie',
    'Host',
    'content-length',
    'transfer-encoding',
    'proxy-authorization',
    'x-forwarded-for',
    'forwarded',
    'dpop',
    'connection',
    'sec-fetch-site',
    'x y',
    'x-a\r\n',
  ])('the field %j', (name) => {
    expect(create({ headers: ['x-api-key', name] })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_FORWARDED_HEADER' }),
    )
  })

  test.each([undefined, '', 'https://mcp.example.com', `${RESOURCE}/`])(
    'authorization for an API whose audience is %j',
    (audience) => {
      const options = { headers: ['authorization'], ...(audience !== undefined && { audience }) }
      expect(create(options)).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG_FORWARDED_HEADER' }),
      )
    },
  )

  test.each([{}, { headers: [] }, { headers: 'x-api-key' }, { headers: undefined }])(
    'a list that is none: %j',
    (options) => {
      expect(create(options)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_OPTION_TYPE' }))
    },
  )

  test('the fetch of the platform', () => {
    const network = globalThis.fetch as unknown as typeof ECHO
    expect(create({ headers: ['x-api-key'] }, network)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_OPTION_TYPE' }),
    )
  })
})
