import { createPrincipal } from 'mcp-gatehouse/testing'
import { expect, onTestFinished, test } from 'vitest'
import { connectSdkV1 } from '../e2e/clients/sdk-v1.ts'
import { createSdkV2Client } from '../e2e/clients/sdk-v2.ts'
import { startOwnWorld } from '../e2e/own-world.ts'
import { ALICE } from '../e2e/world.ts'
import { startUpstream } from './upstreams.ts'

test.each(['Keycloak', 'Entra ID', 'Google', 'GitHub'] as const)(
  'AS-14 AS-21 SDK clients sign in at %s, and get tokens for the resource alone',
  async (name) => {
    const { provider, upstream } = await startUpstream(name)
    const { serverUrl, authorizationServer: server, ...world } = await startOwnWorld({ upstream })
    onTestFinished(() => world.close())
    const { issuer } = server
    for (const connect of [connectSdkV1, createSdkV2Client('auto')]) {
      const client = await connect(serverUrl, ALICE)
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
  },
)
