import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { StoredKeys } from '../../src/keys/index.ts'
import type { RevokedCaller } from '../../src/revocation/index.ts'
import type { Place } from '../faults/places.ts'

/** What a gateway is told first. */
export interface GatewayOrders {
  readonly publicUrl: string
  readonly port: number
  readonly issuer: string
  readonly upstream: string
  /** Origin of the third-party service that users are connected to. */
  readonly service: string
  readonly place: Place
  readonly keys: Readonly<Record<'cookies' | 'signing', StoredKeys>>
  readonly limitsPrefix: string
  /** Messages of one principal. */
  readonly perMinute: number
}

export type GatewayCommand =
  | { readonly kind: 'memory' }
  | { readonly kind: 'revoke'; readonly revocation: RevokedCaller }

/** A gateway in a process of its own. */
export interface StartedGateway {
  readonly port: number
  /** Bytes that stay after garbage collection. */
  usedBytes(): Promise<number>
  revoke(revocation: RevokedCaller): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
}

export async function startGateway(orders: GatewayOrders): Promise<StartedGateway> {
  const child = fork(join(import.meta.dirname, 'gateway-process.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning', '--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit')
  child.send(orders)
  const [message] = await Promise.race([once(child, 'message'), ended])
  if (message !== 'ready') throw new Error(`the gateway has ended with ${String(message)}`)
  let queue: Promise<unknown> = Promise.resolve()
  const tell = (command: GatewayCommand): Promise<unknown> => {
    const answered = queue.then(async () => {
      child.send(command)
      const [answer] = await once(child, 'message')
      return answer as unknown
    })
    queue = answered
    return answered
  }
  return {
    port: orders.port,
    usedBytes: async () => Number(await tell({ kind: 'memory' })),
    async revoke(revocation) {
      await tell({ kind: 'revoke', revocation })
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
