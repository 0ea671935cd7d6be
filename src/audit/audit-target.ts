import { once } from 'node:events'
import type { Writable } from 'node:stream'
import type { Clock } from '../runtime/index.ts'
import { type ChainHead, EMPTY_HEAD, type ProvenHead } from './audit-chain.ts'
import { openAuditFile, writeHead } from './audit-file.ts'

/** Where lines go. */
export interface AuditTarget {
  /** What the first line is bound to. */
  readonly head: ChainHead
  /** The piece of a line that a process has left. */
  readonly torn: string | undefined
  /** @param head Of the last of these lines. @throws {Error} where they are not written */
  append(lines: string, head: ProvenHead): Promise<void>
  close(): Promise<void>
}

const HEAD_MILLISECONDS = 1_000

/** A file, with its head beside it: written once a second, and at the end. */
export async function fileTarget(path: string, sync: boolean, clock: Clock): Promise<AuditTarget> {
  const file = await openAuditFile(path, sync)
  let unwritten: ProvenHead | undefined
  let writtenAt = Number.NEGATIVE_INFINITY
  return {
    head: file.head,
    torn: file.torn,
    async append(lines, head) {
      await file.append(lines)
      unwritten = head
      if (clock.elapsed() - writtenAt < HEAD_MILLISECONDS) return
      writtenAt = clock.elapsed()
      // The lines are written whatever becomes of this; the next batch, or the end, tries again.
      await writeHead(path, head).then(
        () => (unwritten = undefined),
        () => undefined,
      )
    },
    async close() {
      if (unwritten !== undefined) await writeHead(path, unwritten)
      await file.close()
    },
  }
}

/** A stream, which begins a chain of its own and stays open. */
export function streamTarget(stream: Writable): AuditTarget {
  return {
    head: EMPTY_HEAD,
    torn: undefined,
    async append(lines) {
      if (stream.destroyed || stream.writableEnded) throw new Error('the stream has ended')
      if (stream.write(lines)) return
      await drained(stream)
    },
    close: async () => undefined,
  }
}

/** A stream can be full a thousand times: what waits for it leaves nothing behind. */
async function drained(stream: Writable): Promise<void> {
  const waiting = new AbortController()
  const { signal } = waiting
  const closed = once(stream, 'close', { signal }).then(() => {
    throw new Error('the stream has been closed')
  })
  try {
    await Promise.race([once(stream, 'drain', { signal }), closed])
  } finally {
    waiting.abort()
  }
}
