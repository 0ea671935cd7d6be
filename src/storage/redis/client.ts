import type { Cluster, Redis, RedisOptions } from 'ioredis'
import { importPeer } from '../../runtime/index.ts'
import { SCRIPTS, type ScriptName } from './scripts.ts'

export type RedisClient = Redis | Cluster

type ScriptArgument = string | number | Buffer
type Script = (base: string, ...parameters: readonly ScriptArgument[]) => Promise<unknown>

/** Whether this is a client, and not what one is made of. */
export function isClient(source: string | RedisOptions | RedisClient): source is RedisClient {
  return typeof source === 'object' && 'defineCommand' in source
}

/**
 * Creates a client that connects when it is told to, and for ever again.
 *
 * A command fails with its connection: one that was sent a second time could find what it did the
 * first time, and nobody would ever have taken the record.
 */
export async function createClient(
  source: string | RedisOptions,
  timeoutMilliseconds: number,
): Promise<RedisClient> {
  const driver = await importPeer('ioredis', () => import('ioredis'))
  const settings = {
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: timeoutMilliseconds,
    commandTimeout: timeoutMilliseconds,
    socketTimeout: timeoutMilliseconds,
    retryStrategy: (attempts) => Math.min(attempts * 100, 1_000),
    // A server that has become a replica stays one; its name may lead to the new primary.
    reconnectOnError: (error) => error.message.includes('READONLY'),
    replyMapping: 'legacy',
  } satisfies RedisOptions
  return typeof source === 'string'
    ? new driver.Redis(source, settings)
    : new driver.Redis({ ...source, ...settings })
}

/** Makes the scripts known to a client; may be done again. */
export function defineScripts(client: RedisClient): void {
  for (const [name, lua] of Object.entries(SCRIPTS)) {
    client.defineCommand(`gatehouse${name}`, { lua, numberOfKeys: 1 })
  }
}

/** Runs a script whose answer is text or numbers. */
export function runScript(
  client: RedisClient,
  name: ScriptName,
  base: string,
  ...parameters: readonly ScriptArgument[]
): Promise<unknown> {
  return call(client, `gatehouse${name}`, base, parameters)
}

/** Runs a script whose answer is bytes. */
export function runBufferScript(
  client: RedisClient,
  name: ScriptName,
  base: string,
  ...parameters: readonly ScriptArgument[]
): Promise<unknown> {
  return call(client, `gatehouse${name}Buffer`, base, parameters)
}

function call(
  client: RedisClient,
  name: string,
  base: string,
  parameters: readonly ScriptArgument[],
): Promise<unknown> {
  const scripts = client as unknown as Readonly<Record<string, Script>>
  const script = scripts[name]
  if (script === undefined) throw new TypeError(`${name} is not defined`)
  return script.call(client, base, ...parameters)
}
