import type { PoolClient } from 'pg'
import type { Write, WriteOptions } from '../storage.ts'
import type { Statements } from './statements.ts'

/** Runs a statement. @returns Whether there was a row. */
type Run = (statement: string, parameters: readonly unknown[]) => Promise<boolean>

/**
 * Does writes one after the other, inside of a transaction.
 *
 * Every write locks its key, also where there is nothing, and all who write several keys do so in
 * the order of their bytes: nobody waits in a circle, and no batch sees a half of another one.
 *
 * @returns Whether all conditions held; where not, the transaction is to be undone.
 */
export async function applyWrites(
  client: PoolClient,
  statements: Statements,
  writes: readonly Write[],
): Promise<boolean> {
  const run: Run = async (statement, parameters) => {
    const { rowCount } = await client.query(statement, [...parameters])
    return rowCount === 1
  }
  for (const write of writes.toSorted(inOrderOfBytes)) {
    if (!(await applyWrite(run, statements, write))) return false
  }
  return true
}

/** Does one write, in one statement that needs no transaction around it. */
export async function applySingleWrite(
  run: Run,
  statements: Statements,
  write: Write,
): Promise<boolean> {
  if (write.kind === 'set' || (write.if ?? 'any') !== 'any') {
    return applyWrite(run, statements, write)
  }
  await run(statements.remove, [write.key])
  return true
}

async function applyWrite(run: Run, statements: Statements, write: Write): Promise<boolean> {
  const condition = write.if ?? 'any'
  if (write.kind === 'set') {
    const parameters = setParameters(write.key, write.value, write)
    if (condition === 'any') return run(statements.set, parameters)
    if (condition === 'absent') return run(statements.setAbsent, parameters)
    return run(statements.swap, [...parameters, condition.version])
  }
  if (condition === 'absent') return run(statements.keepAbsent, [write.key])
  if (condition !== 'any') return run(statements.removeVersion, [write.key, condition.version])
  return (
    (await run(statements.remove, [write.key])) || (await run(statements.keepAway, [write.key]))
  )
}

/** What the statements that set a record begin their parameters with. */
export function setParameters(
  key: string,
  value: Uint8Array,
  {
    ttlSeconds = null,
    tags = [],
  }: { ttlSeconds?: WriteOptions['ttlSeconds'] | null } & Pick<WriteOptions, 'tags'> = {},
): readonly unknown[] {
  return [key, value, ttlSeconds, tags]
}

function inOrderOfBytes(one: Write, another: Write): number {
  return Buffer.compare(Buffer.from(one.key), Buffer.from(another.key))
}
