import { once } from 'node:events'
import { createServer } from 'node:http'
import { protect } from '../../../src/adapters/node.ts'
import { createAuthorizationServer } from '../../../src/authorization-server/index.ts'
import { createKeyRing, keysFromFunction, type StoredKeys } from '../../../src/keys/index.ts'
import { createResourceServer } from '../../../src/resource-server/index.ts'
import { openPlace } from '../places.ts'
import { createMortalStorage } from './mortal-storage.ts'
import type { ReplicaOrders } from './start-replica.ts'

/**
 * A replica of an authorization server, and of a protected resource that asks it for the upstream's
 * token of its caller; started by `start-replica.ts`, and there to be killed.
 */

const [orders] = (await once(process, 'message')) as [ReplicaOrders]
const { issuer, resource, port, place, keys, upstream } = orders
const ringOf = (use: 'cookies' | 'signing', document: StoredKeys) =>
  createKeyRing({ use, source: keysFromFunction(() => document) })

const mortal = createMortalStorage(await openPlace(place))
const authorizationServer = await createAuthorizationServer({
  issuer,
  resources: { [resource]: ['notes:read'] },
  upstream,
  storage: mortal.storage,
  keys: {
    signing: await ringOf('signing', keys.signing),
    cookies: await ringOf('cookies', keys.cookies),
  },
  allowInsecureLoopback: true,
})
const { handler, verifier, revocations } = authorizationServer
const gatehouse = createResourceServer({
  resource,
  authorizationServers: [issuer],
  verifier,
  revocations,
  allowInsecureLoopback: true,
  // The other replica has the port of the resource, too.
  allowedHosts: ['127.0.0.1'],
})
const tool = protect(gatehouse, async ({ principal }, response) => {
  response.end(JSON.stringify(await authorizationServer.upstreamToken(principal)))
})
const server = createServer((req, res) => void handler(req, res, () => tool(req, res)))
server.listen(port, '127.0.0.1')
await once(server, 'listening')
process.on('message', (writes: number) => {
  mortal.dieAfter(writes)
  process.send?.('mortal')
})
process.send?.('ready')
