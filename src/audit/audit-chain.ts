import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { AuditRecord, Pseudonym } from './audit-record.ts'

/** The last line that was written: what the next one is bound to. */
export interface ChainHead {
  /** Counts from 1 over all files of a log; 0 before the first. */
  readonly seq: number
  /** The `mac` of that line; empty before the first. */
  readonly mac: string
}

export const EMPTY_HEAD: ChainHead = { seq: 0, mac: '' }

/** A head as it stands beside the log: whoever has no key cannot make one of an earlier line. */
export interface ProvenHead extends ChainHead {
  readonly proof: string
}

/** The two secrets that come of the key of a log. */
export interface AuditKeys {
  readonly chain: Uint8Array
  readonly subjects: Uint8Array
}

/** @param key At least 32 bytes of randomness. */
export function deriveAuditKeys(key: Uint8Array): AuditKeys {
  const derive = (info: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', key, new Uint8Array(), `mcp-gatehouse audit ${info}`, 32))
  return { chain: derive('chain'), subjects: derive('subjects') }
}

/** The same 22 characters for the same user, from whom nobody without the key can tell the user. */
export function createPseudonym({ subjects }: AuditKeys): Pseudonym {
  return (subject, issuer = '') =>
    createHmac('sha256', subjects)
      .update(JSON.stringify([issuer, subject]))
      .digest('base64url')
      .slice(0, 22)
}

/** JSON lets these stand as they are; terminals and viewers act on them. */
const NOT_PRINTABLE = /[\u007F-\u009F\p{Cf}\p{Zl}\p{Zp}]/gu

/**
 * The line of a record, without its end: JSON whose last member `mac` is an HMAC-SHA-256 over the
 * line so far and the `mac` of the line before. Whoever changes, drops or moves a line has to have
 * the key to hide it.
 */
export function chainLine(
  record: AuditRecord,
  before: ChainHead,
  { chain }: AuditKeys,
): { readonly line: string; readonly head: ChainHead } {
  const seq = before.seq + 1
  const body = JSON.stringify({ seq, ...record }).replaceAll(NOT_PRINTABLE, escapeUnits)
  const mac = macOf(body, before, chain)
  return { line: `${body.slice(0, -1)},"mac":"${mac}"}`, head: { seq, mac } }
}

/** Why a line does not follow the one before. */
export type ChainFault =
  /** Changed, moved, of another log, or written with another key. */
  | 'mac'
  /** Not a line of an audit log. */
  | 'form'

const LINE = /^(?<body>\{"seq":(?<seq>[1-9]\d{0,15}),.*),"mac":"(?<mac>[\w-]{43})"\}$/s

/** Reads a line back, and says whether it follows `before`. */
export function readChainLine(
  line: string,
  before: ChainHead,
  { chain }: AuditKeys,
):
  | { readonly ok: true; readonly head: ChainHead }
  | { readonly ok: false; readonly fault: ChainFault } {
  const { body, seq, mac } = LINE.exec(line)?.groups ?? {}
  if (body === undefined || seq === undefined || mac === undefined) {
    return { ok: false, fault: 'form' }
  }
  const isNext = Number(seq) === before.seq + 1
  const isRight = isEqual(mac, macOf(`${body}}`, before, chain))
  if (!isNext || !isRight) return { ok: false, fault: 'mac' }
  return { ok: true, head: { seq: Number(seq), mac } }
}

export function proveHead(head: ChainHead, { chain }: AuditKeys): ProvenHead {
  return { ...head, proof: macOf(`head ${head.seq}`, head, chain) }
}

export function isProven(head: ProvenHead, keys: AuditKeys): boolean {
  return isEqual(head.proof, proveHead(head, keys).proof)
}

/** What a line says of itself, unverified: for a log that begins with it. */
export function claimedHead(line: string): ChainHead | undefined {
  const { seq, mac } = LINE.exec(line)?.groups ?? {}
  return seq === undefined || mac === undefined ? undefined : { seq: Number(seq), mac }
}

function macOf(body: string, before: ChainHead, key: Uint8Array): string {
  return createHmac('sha256', key).update(`${before.mac}\n${body}`).digest('base64url')
}

function isEqual(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}

function escapeUnits(character: string): string {
  return Array.from({ length: character.length }, (_, unit) => {
    const code = character.charCodeAt(unit)
    return `\\u${code.toString(16).padStart(4, '0')}`
  }).join('')
}
