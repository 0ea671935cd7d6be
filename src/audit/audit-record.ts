import type { AuditEvent } from '../observability/index.ts'
import { isSecretName, REDACTED, redact } from './redact.ts'

/** A value of a record: JSON, and nothing else. */
export type RecordValue =
  | string
  | number
  | boolean
  | null
  | readonly RecordValue[]
  | { readonly [name: string]: RecordValue }

/** What an event is in the log, before it gets its place in the chain. */
export type AuditRecord = Readonly<Record<string, RecordValue>>

/** Puts something in the place of a subject. */
export type Pseudonym = (subject: string, issuer: string | undefined) => string

/** Members that are called differently in the log. */
const NAMES: Readonly<Record<string, string>> = {
  type: 'event',
  correlationId: 'request_id',
  accountId: 'subject',
}
/** Longer texts come from outside, and are cut. */
const MAX_TEXT_LENGTH = 2_000
const MAX_LIST_LENGTH = 100
const MAX_DEPTH = 5

/**
 * What the log keeps of an event: its members by their names in snake_case, `at` as `time` (RFC 3339,
 * UTC), `type` as `event`, `correlationId` as `request_id`; subjects, wherever they stand, by their
 * pseudonym of the issuer beside them; of errors code and message; texts without credentials.
 *
 * @param pseudonym `undefined` leaves subjects as they are.
 */
export function toAuditRecord(
  { at, ...event }: AuditEvent,
  pseudonym: Pseudonym | undefined,
): AuditRecord {
  const named = Object.entries(event).map(([key, value]) => [NAMES[key] ?? key, value] as const)
  return { time: formatTime(at), ...membersOf(Object.fromEntries(named), pseudonym, 0) }
}

function membersOf(
  object: Readonly<Record<string, unknown>>,
  pseudonym: Pseudonym | undefined,
  depth: number,
): AuditRecord {
  const issuer = typeof object['issuer'] === 'string' ? object['issuer'] : undefined
  const members = Object.entries(object).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    members.map(([key, value]) => {
      const name = snakeCase(key)
      return name === 'subject' && pseudonym !== undefined
        ? [name, pseudonym(String(value), issuer)]
        : [name, recordValue(name, value, pseudonym, depth)]
    }),
  )
}

/** @param at Seconds since the epoch; one that no calendar has becomes the epoch. */
export function formatTime(at: number): string {
  const date = new Date(at * 1000)
  return (Number.isNaN(date.getTime()) ? new Date(0) : date).toISOString()
}

function recordValue(
  name: string,
  value: unknown,
  pseudonym: Pseudonym | undefined,
  depth: number,
): RecordValue {
  if (isSecretName(name)) return REDACTED
  if (typeof value === 'string') return redact(value.slice(0, MAX_TEXT_LENGTH))
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (value instanceof Error) return errorValue(value)
  if (depth === MAX_DEPTH || typeof value !== 'object' || value === null) return null
  if (Symbol.iterator in value) {
    const list = [...(value as Iterable<unknown>)].slice(0, MAX_LIST_LENGTH)
    return list.map((entry) => recordValue('', entry, pseudonym, depth + 1))
  }
  return membersOf({ ...value }, pseudonym, depth + 1)
}

/** Without stack and cause: they hold paths, and whatever other libraries put there. */
function errorValue(error: Error): RecordValue {
  const { name } = error
  const message = redact(error.message.slice(0, MAX_TEXT_LENGTH))
  return 'code' in error && typeof error.code === 'string'
    ? { name, code: error.code, message }
    : { name, message }
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
