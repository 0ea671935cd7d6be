import type { RedisOptions } from 'ioredis'
import { systemClock } from '../../runtime/index.ts'
import { within } from '../within.ts'
import { createClient, defineScripts, isClient, type RedisClient } from './client.ts'
import { toStorageError } from './failure.ts'
import { inspectServer } from './inspection.ts'
import { type ClientWatch, watchClient } from './watch.ts'

/** A connection that comes back by itself. */
export interface RedisConnection {
  /**
   * Calls the server, once it is connected and was found to be one that keeps records.
   *
   * @throws {StorageError} Within the time limit; at once where the server is gone for longer.
   * @throws {ConfigError}
   */
  run<Answer>(call: (client: RedisClient) => Promise<Answer>): Promise<Answer>
  close(): Promise<void>
}

export interface RedisConnectionOptions {
  readonly source: string | RedisOptions | RedisClient
  /** Where the server is, without credentials. */
  readonly address: string
  /** What all keys begin with. */
  readonly base: string
  readonly timeoutMilliseconds: number
  readonly onFailover: (() => void) | undefined
}

/** Creates a connection; the driver is loaded, and the server is connected to, by the first call. */
export function createRedisConnection(options: RedisConnectionOptions): RedisConnection {
  const { source, address, base, timeoutMilliseconds, onFailover } = options
  let opened: Promise<RedisClient> | undefined
  let prepared: Promise<RedisClient> | undefined
  /** What `prepared` has come to, so that calls need not wait for it. */
  let ready: RedisClient | undefined
  let watch: ClientWatch | undefined
  let replicationId: string | undefined

  async function open(): Promise<RedisClient> {
    const client = await openClient(source, timeoutMilliseconds)
    watch = watchClient(client, () => {
      prepared = undefined
      ready = undefined
    })
    return client
  }

  async function prepare(): Promise<RedisClient> {
    opened ??= open()
    const client = await opened
    await untilReady(client)
    const found = await inspectServer(client, base, address)
    const isAnother = replicationId !== undefined && found !== undefined && found !== replicationId
    replicationId = found ?? replicationId
    if (isAnother) onFailover?.()
    if (watch?.lostFor() === 0) ready = client
    return client
  }

  function startPreparing(): Promise<RedisClient> {
    const preparing = prepare()
    prepared = preparing
    preparing.catch(() => {
      if (prepared === preparing) prepared = undefined
    })
    return preparing
  }

  /** Waits through a short interruption. In a long one, nobody waits. */
  async function connected(): Promise<RedisClient> {
    const patience = Math.max(timeoutMilliseconds - (watch?.lostFor() ?? 0), 0)
    try {
      return await within(patience, prepared ?? startPreparing())
    } catch (error) {
      throw watch !== undefined && watch.lostFor() > 0 ? (watch.lastError() ?? error) : error
    }
  }

  return {
    async run(call) {
      const deadline = systemClock.elapsed() + timeoutMilliseconds
      try {
        const client = ready ?? (await connected())
        return await within(deadline - systemClock.elapsed(), call(client))
      } catch (error) {
        throw toStorageError(error, address)
      }
    },
    async close() {
      const client = await opened?.catch(() => undefined)
      if (client === undefined) return
      if (!isClient(source)) await disconnect(client, timeoutMilliseconds)
      watch?.stop()
    },
  }
}

async function openClient(
  source: RedisConnectionOptions['source'],
  timeoutMilliseconds: number,
): Promise<RedisClient> {
  const client = isClient(source) ? source : await createClient(source, timeoutMilliseconds)
  defineScripts(client)
  return client
}

async function untilReady(client: RedisClient): Promise<void> {
  if (client.status === 'ready') return
  const ready = new Promise<void>((resolve) => {
    client.once('ready', () => resolve())
  })
  if (client.status === 'wait') client.connect().catch(() => undefined)
  await ready
}

async function disconnect(client: RedisClient, timeoutMilliseconds: number): Promise<void> {
  try {
    if (client.status === 'ready') await within(timeoutMilliseconds, client.quit())
  } catch {
    // It is gone already, and need not be asked.
  } finally {
    client.disconnect()
  }
}
