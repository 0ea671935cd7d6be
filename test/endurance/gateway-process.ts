import { Redis } from 'ioredis'
import { ConnectionRequired, createConnections, oauthService } from '../../src/connections/index.ts'
import { createGateway, type UpstreamCredentials } from '../../src/gateway/index.ts'
import {
  createKeyRing,
  type KeyUse,
  keysFromFunction,
  type StoredKeys,
} from '../../src/keys/index.ts'
import { createLimits, redisLimits } from '../../src/limits/public.ts'
import { storedRevocations } from '../../src/revocation/index.ts'
import { genericAt } from '../connections/connection-data.ts'
import { REDIS_URL } from '../contract/services.ts'
import { openPlace } from '../faults/places.ts'
import type { GatewayCommand, GatewayOrders } from './start-gateway.ts'

/** A gateway of several over one PostgreSQL and one Redis; started by `start-gateway.ts`. */

process.once('message', (orders: GatewayOrders) => void serve(orders))

async function serve(orders: GatewayOrders): Promise<void> {
  const { publicUrl, port, issuer, upstream, place, keys, perMinute } = orders
  const storage = await openPlace(place)
  const redis = new Redis(REDIS_URL, { enableOfflineQueue: false, maxRetriesPerRequest: 0 })
  const connections = await createConnections({
    baseUrl: publicUrl,
    storage,
    keys: { cookies: await ringOf('cookies', keys.cookies) },
    identity: { issuer } as never,
    services: { notes: oauthService(genericAt(orders.service)) },
    onEvent: () => undefined,
  })
  const credentials: UpstreamCredentials = async ({ principal }) => {
    try {
      const credential = await connections.get(principal, 'notes')
      return { 'x-service-token': await credential.accessToken() }
    } catch (error) {
      if (error instanceof ConnectionRequired) return new Response('', { status: 409 })
      throw error
    }
  }
  const gateway = await createGateway({
    publicUrl,
    authorizationServers: [issuer],
    allowInsecureLoopback: true,
    keys: await ringOf('signing', keys.signing),
    listen: { port },
    trustedProxyHops: 1,
    maxBodyBytes: 65_536,
    revocations: storedRevocations(storage),
    limits: createLimits({
      store: redisLimits(redis, { prefix: orders.limitsPrefix }),
      perPrincipal: { limit: perMinute, windowSeconds: 60 },
      failuresPerAddress: '600/minute',
    }),
    policy: { tools: { echo: 'notes:read', wipe: 'notes:admin' } },
    routes: [{ path: '/mcp', upstream, credentials }],
  })
  process.on('message', (command: GatewayCommand) => {
    if (command.kind === 'memory') process.send?.(usedBytes())
    else void gateway.revoke(command.revocation).then(() => process.send?.('revoked'))
  })
  await gateway.listen()
  process.send?.('ready')
}

function ringOf(use: KeyUse, document: StoredKeys) {
  return createKeyRing({ use, source: keysFromFunction(() => document) })
}

/** What stays after garbage collection. */
function usedBytes(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
