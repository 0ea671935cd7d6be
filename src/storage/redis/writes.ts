import { randomId } from '../../runtime/index.ts'
import type { Condition, Write } from '../storage.ts'

/** Puts writes into the arguments of the script that does them. Each gets a version of its own. */
export function formatWrites(writes: readonly Write[]): readonly (string | number | Buffer)[] {
  return writes.flatMap((write) => {
    const head = [write.kind, write.key, ...formatCondition(write.if ?? 'any')]
    if (write.kind === 'delete') return head
    const { value, ttlSeconds = '', tags = [] } = write
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    return [...head, randomId(), bytes, ttlSeconds, tags.length, ...tags]
  })
}

function formatCondition(condition: Condition): readonly [kind: string, version: string] {
  return typeof condition === 'string' ? [condition, ''] : ['version', condition.version]
}
