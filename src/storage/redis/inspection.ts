import { ConfigError } from '../../errors/index.ts'
import { type RedisClient, runScript } from './client.ts'

/** What a server says of itself. */
export interface Inspection {
  /**
   * Which history of writes it has: the replication id, another one after a replica was promoted or
   * the data was lost; `undefined` where the server does not tell.
   */
  readonly history: string | undefined
  /** It can become the primary without its clients being told. */
  readonly isReplica: boolean
}

/**
 * Refuses a server that may evict records, and finds out which history of writes it has.
 *
 * @throws {ConfigError} `ERR_CONFIG_STORAGE_POLICY`, also where the policy cannot be read.
 */
export async function inspectServer(
  client: RedisClient,
  base: string,
  address: string,
): Promise<Inspection> {
  const information = await readInformation(client, base)
  const policy = /^maxmemory_policy:(\S+)/m.exec(information)?.[1] ?? (await readPolicy(client))
  if (policy !== 'noeviction') {
    const found = policy ?? 'maxmemory-policy cannot be read'
    throw new ConfigError('ERR_CONFIG_STORAGE_POLICY', `${address} (${found})`)
  }
  return {
    history: /^master_replid:(\w+)/m.exec(information)?.[1],
    isReplica: /^role:slave\b/m.test(information),
  }
}

async function readInformation(client: RedisClient, base: string): Promise<string> {
  try {
    return String(await runScript(client, 'Inspect', base))
  } catch (error) {
    if (isRefusal(error)) return ''
    throw error
  }
}

async function readPolicy(client: RedisClient): Promise<string | undefined> {
  try {
    const answer: unknown = await client.config('GET', 'maxmemory-policy')
    return Array.isArray(answer) && typeof answer[1] === 'string' ? answer[1] : undefined
  } catch (error) {
    if (isRefusal(error)) return undefined
    throw error
  }
}

/** Whether the server does not want to say it, as opposed to not being there or not yet ready. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && /^(?:ERR|NOPERM)\b/.test(error.message)
}
