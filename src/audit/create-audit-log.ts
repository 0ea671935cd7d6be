import { StorageError } from '../errors/index.ts'
import type { AuditEvent } from '../observability/index.ts'
import type { Clock } from '../runtime/index.ts'
import { chainLine, createPseudonym, proveHead } from './audit-chain.ts'
import { type AuditRecord, formatTime, toAuditRecord } from './audit-record.ts'
import type { AuditTarget } from './audit-target.ts'
import type { AuditLogOptions } from './options.ts'
import { parseAuditLogOptions } from './parse-options.ts'
import { createRecordQueue } from './record-queue.ts'

/** A log of audit events. */
export interface AuditLog {
  /**
   * The sink: `createResourceServer({ onEvent: audit.write })`.
   *
   * @returns Resolves when the line is written.
   * @throws {StorageError} `ERR_STORAGE_WRITE` (a rejection) while nothing can be written. The event
   *   waits nevertheless, unless too many do
   */
  readonly write: (event: AuditEvent) => Promise<void>
  /** Goes on in a new file of the same name, for whoever has moved the old one (logrotate). */
  reopen(): Promise<void>
  /** Writes what waits, and ends. @throws {StorageError} Where that does not work. */
  close(): Promise<void>
}

/**
 * Creates an audit log: one line of JSON for each event, in the order of the events, each bound to
 * the one before by a keyed hash. What was changed, removed or moved later is found by
 * `mcp-gatehouse audit verify`, which needs the key.
 *
 * Lines hold no credentials, and subjects only as pseudonyms; see docs/audit.md for the fields. Events
 * are written in batches as they come. While nothing can be written they wait, 10,000 at most.
 *
 * It does NOT delete or rotate anything, does NOT serve two processes with one file, and does NOT
 * keep whoever has the key from writing another log.
 *
 * @throws {ConfigError} `ERR_CONFIG_SECRET_TOO_SHORT` for the key, `ERR_CONFIG_OPTION_TYPE`,
 *   `ERR_CONFIG_OPTION_UNKNOWN`, `ERR_CONFIG_OPTIONS_CONFLICT`
 * @throws {Error} of the file system, where the file cannot be opened
 */
export async function createAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  const { keys, openTarget, maxWaiting, clock, onProblem } = parseAuditLogOptions(options)
  const pseudonym = options.subjects === 'plain' ? undefined : createPseudonym(keys)
  let target = await openTarget()
  let { head } = target
  let isClosed = false
  let last: Promise<void> = Promise.resolve()
  const queue = createRecordQueue({
    write: (records) => afterwards(() => write(records)),
    maxWaiting,
    failure: notWritten,
    onProblem,
    droppedRecord: (count) => ({ ...named('audit.dropped', clock), count }),
  })
  // Nothing is logged yet that could be lost: `onProblem` says it.
  void queue.add(openedRecord(clock, target))
  return {
    write: async (event) => {
      if (isClosed) throw notWritten(new Error('the log is closed'))
      await queue.add(toAuditRecord(event, pseudonym))
    },
    async reopen() {
      await afterwards(async () => {
        await target.close()
        target = await openTarget()
        head = target.head
      })
      await queue.add(openedRecord(clock, target))
    },
    async close() {
      isClosed = true
      queue.stop()
      await queue.idle()
      await target.close()
      if (queue.size() > 0) throw notWritten(new Error(`${queue.size()} events are not written`))
    },
  }

  /** Nothing is written while the file changes. */
  function afterwards(step: () => Promise<void>): Promise<void> {
    const done = last.then(step)
    last = done.catch(() => undefined)
    return done
  }

  async function write(records: readonly AuditRecord[]): Promise<void> {
    let next = head
    const lines = records.map((record) => {
      const chained = chainLine(record, next, keys)
      next = chained.head
      return `${chained.line}\n`
    })
    await target.append(lines.join(''), proveHead(next, keys))
    head = next
  }
}

function openedRecord(clock: Clock, { head, torn }: AuditTarget): AuditRecord {
  const opened = { ...named('audit.opened', clock), follows: head.mac }
  return torn === undefined ? opened : { ...opened, torn }
}

function named(event: string, clock: Clock): AuditRecord {
  return { time: formatTime(clock.now()), event }
}

function notWritten(cause: unknown): StorageError {
  return new StorageError('ERR_STORAGE_WRITE', 'Audit log', { cause, retryable: true })
}
