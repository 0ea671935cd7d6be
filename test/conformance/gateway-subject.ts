import { createGateway, type RouteOptions } from 'mcp-gatehouse/gateway'
import { createTokenIssuer } from '../../src/testing/token-issuer.ts'
import { createSigningRing } from '../gateway/world.ts'
import { type LoopbackServer, listen } from './loopback-server.ts'
import { forwardTo } from './streaming-proxy.ts'

/** A server behind a gateway; at its origin every request gets a token. */
export interface SubjectBehindGateway extends LoopbackServer {
  /** Where the gateway itself listens. */
  readonly gatewayUrl: string
}

/** Puts a gateway in front of `/mcp` of the server, and in front of the gateway what adds a token. */
export async function startBehindGateway(server: LoopbackServer): Promise<SubjectBehindGateway> {
  const subject = await startGateway(`${server.origin}/mcp`)
  return {
    ...subject,
    close: async () => {
      await subject.close()
      await server.close()
    },
  }
}

/** The same in front of any upstream. */
export async function startGateway(
  upstream: RouteOptions['upstream'],
): Promise<SubjectBehindGateway> {
  const issuer = await createTokenIssuer()
  const started = Promise.withResolvers<{ url: string; close: () => Promise<void> }>()
  const injector = await listen(async (publicUrl) => {
    const gateway = await createGateway({
      publicUrl,
      authorizationServers: [issuer.issuer],
      requiredScopes: ['mcp'],
      allowInsecureLoopback: true,
      keys: await createSigningRing(),
      listen: { port: 0 },
      drainSeconds: 0,
      routes: [{ path: '/mcp', upstream, policy: { unlisted: 'authenticated' } }],
    })
    const { url } = await gateway.listen()
    started.resolve({ url, close: () => gateway.close() })
    const token = await issuer.mint({ aud: `${publicUrl}/mcp`, scope: 'mcp' })
    return forwardTo(url, { authorization: `Bearer ${token}` })
  })
  const { url, close } = await started.promise
  return {
    origin: injector.origin,
    gatewayUrl: url,
    close: async () => {
      await injector.close()
      await close()
      await issuer.close()
    },
  }
}
