import { once } from 'node:events'
import { join } from 'node:path'
import { oauthService } from 'mcp-gatehouse/connections'
import { createPrincipal } from 'mcp-gatehouse/testing'
import { onTestFinished } from 'vitest'
import { ownerOf } from '../../../src/connections/owner.ts'
import { generateKey } from '../../../src/keys/index.ts'
import {
  connectionFor,
  genericAt,
  sendJson,
  startCannedService,
} from '../../connections/canned-service.ts'
import { createWorld } from '../../connections/world.ts'
import { forkProcess } from '../../contract/fork-process.ts'
import { openPlace, type Place } from '../places.ts'
import type { ReplicaOrders } from './replica.ts'

/** A process that asks for tokens. */
export interface ConnectionReplica {
  readonly ask: (user: string, callers: number) => Promise<readonly string[]>
  /** SIGKILL. */
  readonly kill: () => Promise<void>
}

/** A service whose refresh tokens work once, and two processes over one store. */
export interface RaceWorld {
  readonly start: () => Promise<ConnectionReplica>
  /** Gives a user a connection whose token has ended. */
  readonly connect: (user: string) => Promise<void>
  /** What the store has of a user: the tokens. */
  readonly stateOf: (user: string) => Promise<string | undefined>
  /** How often the service was asked to renew a user's. */
  readonly refreshesOf: (user: string) => number
}

export async function startRaceWorld(url: string, name: string): Promise<RaceWorld> {
  const used = new Map<string, number>()
  const service = await startCannedService(({ body }, res) => {
    const token = new URLSearchParams(body).get('refresh_token') ?? ''
    const [user = '', generation] = token.split(' ')
    const count = used.get(user) ?? 0
    used.set(user, count + 1)
    if (Number(generation) !== count) {
      sendJson(res, { error: 'invalid_grant' }, 400)
      return
    }
    const tokens = {
      access_token: `${user} at ${count + 1}`,
      refresh_token: `${user} ${count + 1}`,
    }
    sendJson(res, { ...tokens, token_type: 'bearer', expires_in: 300 })
  })
  const place: Place = {
    url,
    options: { prefix: name, schema: name },
    keys: { keys: [await generateKey({ use: 'storage' })] },
  }
  const storage = await openPlace(place)
  onTestFinished(() => storage.close())
  const { core } = createWorld({ notes: oauthService(genericAt(service.origin)) }, { storage })
  const ownerNamed = (user: string) => ownerOf(createPrincipal({ sub: user }))
  return {
    start: () => startReplica({ place, origin: service.origin }),
    connect: (user) => core.vault.save(ownerNamed(user), 'notes', connectionFor(0, `${user} 0`)),
    stateOf: async (user) => (await core.vault.find(ownerNamed(user), 'notes'))?.state,
    refreshesOf: (user) => used.get(user) ?? 0,
  }
}

async function startReplica(orders: ReplicaOrders): Promise<ConnectionReplica> {
  const child = forkProcess(join(import.meta.dirname, 'replica.ts'))
  const ended = once(child, 'exit')
  child.send(orders)
  const [message] = await Promise.race([once(child, 'message'), ended])
  if (message !== 'ready') throw new Error(`the replica has ended with ${String(message)}`)
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  onTestFinished(kill)
  return {
    async ask(user, callers) {
      const answer = once(child, 'message')
      child.send({ user, callers })
      const [given] = (await answer) as [readonly string[]]
      return given
    },
    kill,
  }
}
