import { once } from 'node:events'
import { connect } from 'node:net'

/** Where the servers of the contract tests are. */
export const REDIS = { host: '127.0.0.1', port: 6379 } as const
export const POSTGRES = { host: '127.0.0.1', port: 5432 } as const
export const REDIS_URL: string = `redis://${REDIS.host}:${REDIS.port}`
export const POSTGRES_URL: string = `postgres://postgres@${POSTGRES.host}:${POSTGRES.port}/test`

const SERVICES = {
  Redis: { ...REDIS, remedy: 'start it with `redis-server --port 6379`' },
  PostgreSQL: {
    ...POSTGRES,
    remedy: 'start it with a database `test` for the user `postgres` without a password',
  },
} as const

/**
 * Why tests that need this server are to be skipped, as a sentence for their title; empty where it
 * can be reached.
 *
 * @throws {Error} With that sentence, where `REQUIRE_SERVICES=1` says that nothing is skipped.
 */
export async function missingService(name: keyof typeof SERVICES): Promise<string> {
  const { host, port, remedy } = SERVICES[name]
  if (await isReachable(host, port)) return ''
  const sentence = ` (${name} is not at ${host}:${port}; ${remedy})`
  if (process.env['REQUIRE_SERVICES'] === '1') throw new Error(sentence)
  return sentence
}

export async function isReachable(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
