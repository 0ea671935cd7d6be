import { randomId } from '../../runtime/index.ts'
import type { Condition, Write } from '../storage.ts'
import type { ScriptName } from './scripts.ts'

type Argument = string | number | Buffer

/** A write as a script of its own takes it; `undefined` where it takes the one for all writes. */
export function formatPlainWrite(
  write: Write,
): readonly [name: ScriptName, ...parameters: Argument[]] | undefined {
  const { key, if: condition = 'any' } = write
  if (write.kind === 'delete') {
    return typeof condition === 'object' ? ['DeletePlain', key, condition.version] : undefined
  }
  const { value, ttlSeconds = '', tags = [] } = write
  if (tags.length > 0) return undefined
  return ['SetPlain', key, ...formatCondition(condition), randomId(), bytesOf(value), ttlSeconds]
}

/** Puts writes into the arguments of the script that does them. Each gets a version of its own. */
export function formatWrites(writes: readonly Write[]): readonly Argument[] {
  return writes.flatMap((write) => {
    const head = [write.kind, write.key, ...formatCondition(write.if ?? 'any')]
    if (write.kind === 'delete') return head
    const { value, ttlSeconds = '', tags = [] } = write
    return [...head, randomId(), bytesOf(value), ttlSeconds, tags.length, ...tags]
  })
}

/** The same bytes, and no copy. */
function bytesOf(value: Uint8Array): Buffer {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}

function formatCondition(condition: Condition): readonly [kind: string, version: string] {
  return typeof condition === 'string' ? [condition, ''] : ['version', condition.version]
}
