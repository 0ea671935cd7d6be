import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import {
  type ChainFault,
  type ChainHead,
  deriveAuditKeys,
  EMPTY_HEAD,
  isProven,
  readChainLine,
} from './audit-chain.ts'
import { readHead } from './audit-file.ts'
import { parseAuditKey } from './audit-key.ts'

/** What a check of an audit log has found. */
export type AuditVerdict =
  | {
      readonly ok: true
      /** `seq` of the first and of the last line; 0 for no line at all. */
      readonly first: number
      readonly last: number
      /** Whether missing lines at the end would have been noticed: there is a `.head` file. */
      readonly isEndKnown: boolean
    }
  | {
      readonly ok: false
      readonly file: string
      /** From 1; one more than there are where lines at the end are missing. */
      readonly line: number
      /** `truncated`: there were more lines; `head`: what says so is forged, or of another key. */
      readonly fault: ChainFault | 'truncated' | 'head'
    }

/**
 * Checks the files of an audit log, the oldest first: every line is as it was written, where it was
 * written, and none is missing between them. Lines after the last one are missed where the `.head`
 * file says that there were more, which nobody can take back without the key.
 *
 * It does NOT notice that the oldest files are missing: compare `first` with 1; nor that an earlier
 * `.head` file was put back together with its log, or that there is none: look at `isEndKnown`.
 *
 * @param key As {@link createAuditLog} had it.
 * @throws {ConfigError} `ERR_CONFIG_SECRET_TOO_SHORT`
 * @throws {Error} of the file system
 */
export async function verifyAuditLog(
  files: readonly string[],
  key: Uint8Array | string,
): Promise<AuditVerdict> {
  const keys = deriveAuditKeys(parseAuditKey(key))
  let head: ChainHead | undefined
  let first = 0
  let place = { file: files.at(-1) ?? '', line: 0 }
  for (const file of files) {
    let line = 0
    for await (const text of createInterface({ input: createReadStream(file), crlfDelay: 0 })) {
      line += 1
      const read = readChainLine(text, head ?? beforeFirst(text), keys)
      if (!read.ok) return { ok: false, file, line, fault: read.fault }
      head = read.head
      first ||= head.seq
    }
    place = { file, line }
  }
  const end = await readHead(place.file)
  const last = head?.seq ?? 0
  if (end === undefined) return { ok: true, first, last, isEndKnown: false }
  const isHead = isProven(end, keys)
  if (isHead && end.seq <= last) return { ok: true, first, last, isEndKnown: true }
  const fault = isHead ? 'truncated' : 'head'
  return { ok: false, file: place.file, line: place.line + 1, fault }
}

/** What the first line says that it follows: it is under its `mac` like the rest of the line. */
function beforeFirst(text: string): ChainHead {
  const { seq, follows } = parseObject(text)
  return typeof seq === 'number' && seq > 1 && typeof follows === 'string'
    ? { seq: seq - 1, mac: follows }
    : EMPTY_HEAD
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
