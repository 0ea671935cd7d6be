import { once } from 'node:events'
import { join } from 'node:path'
import type { UpstreamOptions } from '../../../src/authorization-server/index.ts'
import type { StoredKeys } from '../../../src/keys/index.ts'
import { forkProcess } from '../../contract/fork-process.ts'
import type { Place } from '../places.ts'

/** What a replica is told. */
export interface ReplicaOrders {
  readonly issuer: string
  readonly resource: string
  readonly port: number
  readonly place: Place
  readonly keys: Readonly<Record<'cookies' | 'signing', StoredKeys>>
  readonly upstream: UpstreamOptions
}

/** A process with an authorization server, at `http://127.0.0.1:<port>`. */
export interface Replica {
  readonly origin: string
  /** Has it die (SIGKILL) once so many writes more are done. */
  dieAfter(writes: number): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
}

export async function startReplica(orders: ReplicaOrders): Promise<Replica> {
  const child = forkProcess(join(import.meta.dirname, 'replica.ts'))
  const ended = once(child, 'exit')
  child.send(orders)
  const [message] = await Promise.race([once(child, 'message'), ended])
  if (message !== 'ready') throw new Error(`the replica has ended with ${String(message)}`)
  return {
    origin: `http://127.0.0.1:${orders.port}`,
    async dieAfter(writes) {
      child.send(writes)
      await once(child, 'message')
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
