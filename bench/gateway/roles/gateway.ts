import { createGateway, type GatewayOptions } from 'mcp-gatehouse/gateway'
import { createKeyRing, generateKey, keysFromFunction } from 'mcp-gatehouse/keys'
import { RESOURCE, SCOPE } from '../../issuer.ts'
import type { Role, RoleOrder } from '../role.ts'

async function start(
  { upstream, issuer }: RoleOrder,
  more: Partial<GatewayOptions>,
): Promise<string> {
  const { origin, pathname } = new URL(RESOURCE)
  const created = await createGateway({
    publicUrl: origin,
    authorizationServers: [issuer],
    requiredScopes: [SCOPE],
    allowInsecureLoopback: true,
    maxStreamsPerPrincipal: 10_000,
    listen: { port: 0 },
    ...more,
    routes: [{ path: pathname, upstream: `${upstream}/mcp` }],
  })
  return (await created.listen()).url
}

/** The checks of the gateway, and nothing that nginx does not do either. */
export const gateway: Role = (order) => start(order, { identity: 'none' })

/** The same with an assertion that is signed for each request. */
export const gatewayWithAssertion: Role = async (order) => {
  const stored = { keys: [await generateKey({ use: 'signing' })] }
  const keys = await createKeyRing({ use: 'signing', source: keysFromFunction(() => stored) })
  return start(order, { keys })
}
