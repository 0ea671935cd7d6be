import { createServer } from 'node:http'
import { createResourceServer } from 'mcp-gatehouse'
import { createAuthorizationServer, type UpstreamOptions } from 'mcp-gatehouse/authorization-server'
import { memory } from 'mcp-gatehouse/storage'
import { createPrincipal } from 'mcp-gatehouse/testing'
import { expect, test } from 'vitest'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { connectSdkV1 } from '../e2e/clients/sdk-v1.ts'
import { createSdkV2Client } from '../e2e/clients/sdk-v2.ts'
import { onNodeHttp } from '../e2e/servers/node-http.ts'
import { ALICE } from '../e2e/world.ts'
import { startEntra, startGoogle, startKeycloak } from '../providers/index.ts'
import { newRing } from './world.ts'

const PROVIDERS = [
  ['Keycloak', startKeycloak, ['openid', 'profile', 'email']],
  ['Entra ID', startEntra, ['openid', 'profile', 'email', 'offline_access']],
  ['Google', startGoogle, ['openid', 'profile', 'email']],
] as const

test.each(PROVIDERS)(
  'AS-14 AS-21 SDK clients sign in at %s, and get tokens for the resource alone',
  async (_name, start, scopes) => {
    const http = createServer()
    http.keepAliveTimeout = 60_000
    const issuer = `http://127.0.0.1:${await listen(http, 0, '127.0.0.1')}`
    const resource = `${issuer}/mcp`
    const provider = await start({ redirectUris: [`${issuer}/callback/upstream`] })
    const upstream: UpstreamOptions = {
      issuer: provider.issuer,
      clientId: provider.clientId,
      clientSecret: provider.clientSecret,
      scopes,
      allowInsecureLoopback: true,
    }
    const server = await createAuthorizationServer({
      issuer,
      resources: { [resource]: ['notes:read'] },
      upstream,
      storage: memory(),
      keys: { signing: await newRing('signing'), cookies: await newRing('cookies') },
      allowInsecureLoopback: true,
    })
    const { verifier, revocations } = server
    const gatehouse = createResourceServer({
      resource,
      authorizationServers: [issuer],
      requiredScopes: ['notes:read'],
      verifier,
      revocations,
      allowInsecureLoopback: true,
    })
    const mcp = await onNodeHttp(gatehouse, '/mcp')
    http.on('request', (req, res) => void server.handler(req, res, () => mcp(req, res)))
    try {
      for (const connect of [connectSdkV1, createSdkV2Client('auto')]) {
        const client = await connect(resource, ALICE)
        const caller: { readonly issuer: string; readonly subject: string } = JSON.parse(
          await client.callTool('whoami'),
        )
        expect(caller.issuer).toBe(issuer)
        const { subject: sub } = caller
        const theirs = await server.upstreamToken(createPrincipal({ sub }, issuer))
        expect(client.exchanges.join('\n')).not.toContain(theirs.accessToken)
        for (const stranger of [
          createPrincipal({ sub }, provider.issuer),
          createPrincipal({ sub }, `${issuer}/`),
          createPrincipal({ sub: 'mallory' }, issuer),
          createPrincipal({ sub, client_id: sub }, issuer),
        ]) {
          await expect(server.upstreamToken(stranger)).rejects.toMatchObject({
            code: 'ERR_UPSTREAM_SIGN_IN_NEEDED',
          })
          expect(await server.approvals.list(stranger)).toEqual([])
        }
        await client.close()
      }
    } finally {
      await Promise.all([close(http), provider.close()])
    }
  },
)
