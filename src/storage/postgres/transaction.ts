import type { Pool, PoolClient } from 'pg'
import { isConflict } from './failure.ts'

const MAX_ATTEMPTS = 6
const PAUSE_MILLISECONDS = 5

/**
 * Does work as a whole or not at all: it is undone where it throws, and where its outcome is `false`.
 *
 * @param begin The statement that begins it, with the isolation level.
 */
export async function inTransaction<Outcome>(
  pool: Pool,
  begin: string,
  work: (client: PoolClient) => Promise<Outcome>,
): Promise<Outcome> {
  const client = await checkOut(pool)
  let isUsable = false
  try {
    await client.query(begin)
    const outcome = await work(client)
    await client.query(outcome === false ? 'ROLLBACK' : 'COMMIT')
    isUsable = true
    return outcome
  } catch (error) {
    isUsable = await rollBack(client)
    throw error
  } finally {
    client.off('error', ignore)
    client.release(!isUsable)
  }
}

/**
 * Nobody listens to the errors of a client that is checked out, so we do, and from the same moment:
 * the end of its connection may already have been read, and would end this process. The query that
 * is under way fails with the same error.
 */
function checkOut(pool: Pool): Promise<PoolClient> {
  const { promise, resolve, reject } = Promise.withResolvers<PoolClient>()
  pool.connect((error, client) => {
    if (client === undefined) return reject(error)
    client.on('error', ignore)
    resolve(client)
  })
  return promise
}

/** Whether the client can be used for something else. */
async function rollBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK')
    return true
  } catch {
    return false
  }
}

function ignore(): void {}

/** Does again what has lost against another transaction, a few times. */
export async function withRetries<Outcome>(work: () => Promise<Outcome>): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isConflict(error)) throw error
      // Two that lose against each other are not to meet again.
      const pause = Math.random() * PAUSE_MILLISECONDS * 2 ** attempt
      await new Promise((resolve) => {
        setTimeout(resolve, pause)
      })
    }
  }
}
