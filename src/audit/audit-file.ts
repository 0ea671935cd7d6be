import { constants } from 'node:fs'
import { type FileHandle, open, readFile, rename, writeFile } from 'node:fs/promises'
import { type ChainHead, claimedHead, EMPTY_HEAD, type ProvenHead } from './audit-chain.ts'

/** A file that lines are appended to. */
export interface AuditFile {
  /** Where the log stands: its last whole line, or that of the file before. */
  readonly head: ChainHead
  /** What a process that died in the middle of a line has left of it; it is no longer in the file. */
  readonly torn: string | undefined
  /**
   * Appends whole lines. After a failure the next call first removes what the failed one has left.
   *
   * @throws {Error} of the file system
   */
  append(text: string): Promise<void>
  close(): Promise<void>
}

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR } = constants
/** No line is longer; more is read only to find the beginning of the last one. */
const TAIL_BYTES = 1_048_576
const NEWLINE = 0x0a

/**
 * Opens a log for appending: for its owner alone where it is new, and never through a symbolic link.
 *
 * @param sync Whether each append waits for the disk (`fdatasync`).
 * @throws {Error} of the file system
 */
export async function openAuditFile(path: string, sync: boolean): Promise<AuditFile> {
  const handle = await open(path, O_APPEND | O_CREAT | O_NOFOLLOW | O_RDWR, 0o600)
  try {
    const { torn, last, size } = await readTail(handle)
    if (torn !== undefined) await handle.truncate(size)
    const head = claimedHead(last) ?? (await readHead(path)) ?? EMPTY_HEAD
    return { head, torn, ...appending(handle, size, sync) }
  } catch (error) {
    await handle.close()
    throw error
  }
}

function appending(
  handle: FileHandle,
  end: number,
  sync: boolean,
): Pick<AuditFile, 'append' | 'close'> {
  let size = end
  let isUncertain = false
  return {
    async append(text) {
      if (isUncertain) await handle.truncate(size)
      isUncertain = true
      await handle.appendFile(text)
      if (sync) await handle.datasync()
      isUncertain = false
      size += Buffer.byteLength(text)
    },
    close: () => handle.close(),
  }
}

/** @returns The last whole line, what follows it, and where that begins. */
async function readTail(
  handle: FileHandle,
): Promise<{ readonly last: string; readonly torn: string | undefined; readonly size: number }> {
  const { size } = await handle.stat()
  const length = Math.min(size, TAIL_BYTES)
  const bytes = Buffer.alloc(length)
  await handle.read(bytes, 0, length, size - length)
  const end = bytes.lastIndexOf(NEWLINE)
  const start = end <= 0 ? 0 : bytes.lastIndexOf(NEWLINE, end - 1) + 1
  const rest = bytes.subarray(end + 1)
  return {
    last: bytes.toString('utf8', start, Math.max(end, 0)),
    torn: rest.length === 0 ? undefined : rest.toString('utf8'),
    size: size - rest.length,
  }
}

const headPath = (path: string): string => `${path}.head`

/** Remembers beside the log where it ends, so that missing lines at its end are noticed. */
export async function writeHead(path: string, head: ProvenHead): Promise<void> {
  const temporary = `${headPath(path)}.tmp`
  await writeFile(temporary, `${JSON.stringify(head)}\n`, { mode: 0o600 })
  await rename(temporary, headPath(path))
}

/** @returns `undefined` where there is none, or none that can be read. */
export async function readHead(path: string): Promise<ProvenHead | undefined> {
  try {
    const content = JSON.parse(await readFile(headPath(path), 'utf8')) as Partial<ProvenHead>
    const { seq, mac, proof = '' } = content
    return Number.isSafeInteger(seq) && typeof mac === 'string' && typeof proof === 'string'
      ? { seq: seq as number, mac, proof }
      : undefined
  } catch {
    return undefined
  }
}
