import { createConnections, oauthService } from '../../../src/connections/index.ts'
import { createKeyRing, generateKey, keysFromFunction } from '../../../src/keys/index.ts'
import { createPrincipal } from '../../../src/testing/create-principal.ts'
import { genericAt } from '../../connections/connection-data.ts'
import { openPlace, type Place } from '../places.ts'

/** What a replica is told first. */
export interface ReplicaOrders {
  readonly place: Place
  readonly origin: string
}

/** Then, for each round: the user whose token it has to ask for, as many times at once. */
export interface Round {
  readonly user: string
  readonly callers: number
}

process.once('message', (orders: ReplicaOrders) => void serve(orders))

/** A process of a server with connections. */
async function serve({ place, origin }: ReplicaOrders): Promise<void> {
  const document = { keys: [await generateKey({ use: 'cookies' })] }
  const cookies = await createKeyRing({ use: 'cookies', source: keysFromFunction(() => document) })
  const connections = await createConnections({
    baseUrl: 'https://mcp.example.com',
    storage: await openPlace(place),
    keys: { cookies },
    identity: { issuer: 'https://id.example.com' } as never,
    services: { notes: oauthService(genericAt(origin)) },
    onEvent: () => undefined,
  })
  const ask = async (user: string): Promise<string> => {
    try {
      const credential = await connections.get(createPrincipal({ sub: user }), 'notes')
      return await credential.accessToken()
    } catch (error) {
      return `failed: ${String(error)}`
    }
  }
  process.on('message', ({ user, callers }: Round) => {
    const asked = Array.from({ length: callers }, () => ask(user))
    void Promise.all(asked).then((given) => process.send?.(given))
  })
  process.send?.('ready')
}
