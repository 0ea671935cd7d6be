import type { RedisOptions } from 'ioredis'
import { systemClock } from '../../runtime/index.ts'
import { within } from '../within.ts'
import { createClient, defineScripts, isClient, type RedisClient } from './client.ts'
import { toStorageError } from './failure.ts'
import { type Inspection, inspectServer } from './inspection.ts'
import { agreeOnSchema } from './schema.ts'
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
  const { source, address, timeoutMilliseconds } = options
  const checkServer = createServerCheck(options)
  let opened: Promise<RedisClient> | undefined
  let prepared: Promise<RedisClient> | undefined
  /** What `prepared` has come to, so that calls need not wait for it. */
  let ready: RedisClient | undefined
  let watch: ClientWatch | undefined

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
    // A replica is asked again before the next call, which may find it promoted.
    if ((await checkServer(client)).isReplica) prepared = undefined
    return client
  }

  function startPreparing(): Promise<RedisClient> {
    const preparing = prepare()
    prepared = preparing
    const settle = (client: RedisClient | undefined): void => {
      if (prepared !== preparing) return
      ready = client
      if (client === undefined) prepared = undefined
    }
    preparing.then(settle, () => settle(undefined))
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
      if (client !== undefined && !isClient(source)) await disconnect(client, timeoutMilliseconds)
      watch?.stop()
    },
  }
}

/** Refuses a server that cannot be used, and tells of one with another history than the last. */
function createServerCheck({
  base,
  address,
  onFailover,
}: RedisConnectionOptions): (client: RedisClient) => Promise<Inspection> {
  let lastHistory: string | undefined
  return async (client) => {
    const { history = lastHistory, isReplica } = await inspectServer(client, base, address)
    await agreeOnSchema(client, base, address)
    const isAnother = lastHistory !== undefined && history !== lastHistory
    lastHistory = history
    if (isAnother) onFailover?.()
    return { history, isReplica }
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
