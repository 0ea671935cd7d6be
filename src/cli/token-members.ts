import { formatDuration, formatInstant } from './format.ts'
import { printable } from './plain-text.ts'
import {
  CLAIM_MEANINGS,
  HEADER_MEANINGS,
  type Meaning,
  UNKNOWN_CLAIM,
  UNKNOWN_MEMBER,
} from './token-meanings.ts'

/** One member of a header, or one claim, explained. */
export interface ExplainedMember {
  readonly name: string
  /** As JSON, without anything that could be a token. */
  readonly value: string
  /** A time in words, such as `2030-03-17 17:46 UTC, in 5 min`. */
  readonly time: string | undefined
  readonly meaning: string
  readonly source: string
}

type Members = Readonly<Record<string, unknown>>

const TIMES: ReadonlySet<string> = new Set(['exp', 'nbf', 'iat', 'auth_time'])
const LATEST_INSTANT = 8_640_000_000_000
const MAX_CHARACTERS = 200
/** A token in a token, and API keys: what nobody should copy from a screen. */
const SECRET = /eyJ[\w-]{10,}(?:\.[\w-]*)*|[a-z][a-z0-9]{1,15}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}/g

export function explainHeader(header: Members): readonly ExplainedMember[] {
  return Object.entries(header).map(([name, value]) =>
    explain(name, value, find(HEADER_MEANINGS, name) ?? UNKNOWN_MEMBER),
  )
}

/** @param now Seconds since the epoch. */
export function explainClaims(claims: Members, now: number): readonly ExplainedMember[] {
  return Object.entries(claims).map(([name, value]) => {
    const meaning = find(CLAIM_MEANINGS, name) ?? UNKNOWN_CLAIM
    return explain(name, value, meaning, TIMES.has(name) ? timeOf(value, now) : undefined)
  })
}

/** A value of a token as it is shown: one line, no token in it, nothing that a terminal acts on. */
export function showValue(value: unknown): string {
  const text = printable(JSON.stringify(value).replaceAll(SECRET, '(not shown)'))
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text
}

function explain(
  name: string,
  value: unknown,
  [meaning, source]: Meaning,
  time?: string,
): ExplainedMember {
  const shown = printable(name.replaceAll(SECRET, '(not shown)')).slice(0, MAX_CHARACTERS)
  return { name: shown, value: showValue(value), time, meaning, source }
}

function find(meanings: Readonly<Record<string, Meaning>>, name: string): Meaning | undefined {
  return Object.hasOwn(meanings, name) ? meanings[name] : undefined
}

function timeOf(value: unknown, now: number): string | undefined {
  if (typeof value !== 'number' || Math.abs(value) > LATEST_INSTANT) return undefined
  const distance = value - now
  const length = formatDuration(Math.abs(distance))
  return `${formatInstant(value)}, ${distance > 0 ? `in ${length}` : `${length} ago`}`
}
