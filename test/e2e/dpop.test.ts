import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { type AuditEvent, createResourceServer } from 'mcp-gatehouse'
import { protect } from 'mcp-gatehouse/node'
import * as openid from 'openid-client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { close, listen } from '../../src/testing/loopback-server.ts'

import { startDpopServer } from './dpop-server.ts'

const SCOPE = 'notes:read'
const PING = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
const JSON_BODY = { 'content-type': 'application/json' }

/** A protected server on a socket, and openid-client with a key and a token that is bound to it. */
async function openWorld(
  platform: 'node:http' | 'fetch',
  dpop: { readonly nonceSecret?: Uint8Array },
) {
  const server = createServer()
  const origin = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`
  const resource = `${origin}/mcp`
  const issuing = await startDpopServer(resource, SCOPE)
  const events: AuditEvent[] = []
  const gatehouse = createResourceServer({
    resource,
    authorizationServers: [issuing.issuer],
    requiredScopes: [SCOPE],
    allowInsecureLoopback: true,
    dpop: { required: true, ...dpop },
    onEvent: (event) => void events.push(event),
  })
  server.on(
    'request',
    platform === 'fetch'
      ? getRequestListener(
          gatehouse.protect((_request, { principal }) => Response.json(principal.clientId)),
        )
      : protect(gatehouse, (request, response) => {
          response.setHeader('Content-Type', 'application/json')
          response.end(JSON.stringify(request.principal.clientId))
        }),
  )
  onTestFinished(async () => {
    await close(server)
    await issuing.close()
  })
  const configuration = await openid.discovery(
    new URL(issuing.issuer),
    issuing.clientId,
    undefined,
    openid.ClientSecretPost(issuing.clientSecret),
    { execute: [openid.allowInsecureRequests] },
  )
  const keys = await openid.randomDPoPKeyPair('ES256')
  const DPoP = openid.getDPoPHandle(configuration, keys)
  const tokens = await openid.clientCredentialsGrant(
    configuration,
    { resource, scope: SCOPE },
    { DPoP },
  )
  const call = (handle: openid.DPoPHandle) =>
    openid.fetchProtectedResource(
      configuration,
      tokens.access_token,
      new URL(resource),
      'POST',
      PING,
      new Headers(JSON_BODY),
      { DPoP: handle },
    )
  return { DPoP, call, configuration, events, resource, tokens }
}

const KINDS = [
  ['node:http', 'no nonces', {}],
  ['node:http', 'nonces', { nonceSecret: randomBytes(32) }],
  ['fetch', 'no nonces', {}],
  ['fetch', 'nonces', { nonceSecret: randomBytes(32) }],
] as const

describe('openid-client with a token that oidc-provider has bound to its key', () => {
  test.each(KINDS)('is let in by %s, with %s', async (platform, _nonces, dpop) => {
    const { DPoP, call, events, tokens } = await openWorld(platform, dpop)
    expect(tokens.token_type).toBe('dpop')
    for (let calls = 0; calls < 3; calls += 1) {
      const answer = await call(DPoP)
      expect([answer.status, await answer.json()]).toEqual([200, 'agent'])
    }
    const reasons = events.flatMap((event) => (event.type === 'auth.deny' ? event.reason : []))
    // It needs one request to learn the nonce, and uses it from then on.
    expect(reasons).toEqual('nonceSecret' in dpop ? ['dpop nonce'] : [])
  })

  test.each(KINDS)('is refused without its key by %s, with %s', async (platform, _nonces, dpop) => {
    const { call, configuration, resource, tokens } = await openWorld(platform, dpop)
    const stolen = { authorization: `Bearer ${tokens.access_token}`, ...JSON_BODY }
    const plain = await fetch(resource, { method: 'POST', headers: stolen, body: PING })
    expect(plain.status).toBe(401)
    const others = openid.getDPoPHandle(configuration, await openid.randomDPoPKeyPair('ES256'))
    await expect(call(others)).rejects.toMatchObject({
      status: 401,
      cause: [{ scheme: 'dpop', parameters: { error: 'invalid_dpop_proof' } }],
    })
  })
})
