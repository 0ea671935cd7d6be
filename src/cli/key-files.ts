import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'

export const PRIVATE_MODE = 0o600
export const PUBLIC_MODE = 0o644
const FOLDER_MODE = 0o700
/** A temporary file of this age belongs to a process that was ended. */
const LEFTOVER_MILLISECONDS = 60_000

/** Where the public keys of a key file lie: `keys.public.json` beside `keys.json`. */
export function publicFileOf(path: string): string {
  const extension = extname(path)
  const stem = extension === '' ? path : path.slice(0, -extension.length)
  return `${stem}.public.json`
}

/**
 * Makes a file that only its owner can read, from its first moment and whatever the umask, and its
 * folder where there is none. It never overwrites, and follows no symbolic link (`O_EXCL`).
 *
 * @throws `EEXIST`, where anything of that name exists.
 */
export async function createPrivateFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE })
  await writeNewFile(path, text, PRIVATE_MODE)
  await syncFolder(dirname(path))
}

/** Who may read a file that takes another's place. */
export interface FileOwnership {
  readonly mode: number
  readonly uid?: number
  readonly gid?: number
}

/**
 * Puts a file in the place of another, or in an empty one, so that everybody sees the whole old or
 * the whole new one, after a crash or a power cut too. The mode is as given, whatever the umask.
 */
export async function replaceFile(
  path: string,
  text: string,
  ownership: FileOwnership,
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`)
  await writeNewFile(temporary, text, ownership.mode, ownership)
  try {
    await rename(temporary, path)
  } catch (error) {
    await unlink(temporary)
    throw error
  }
  await syncFolder(dirname(path))
}

/**
 * The temporary files that ended processes have left beside a file; they hold what it holds.
 *
 * @param now In milliseconds since the epoch; without it, files of running processes are included.
 */
export async function findLeftovers(path: string, now: number = Infinity): Promise<string[]> {
  const folder = dirname(path)
  const prefix = `.${basename(path)}.`
  const names = (await readdir(folder)).filter(
    (name) => name.startsWith(prefix) && name.endsWith('.tmp'),
  )
  const leftovers: string[] = []
  for (const file of names.map((name) => join(folder, name))) {
    // One that is gone by now is none.
    const stats = await stat(file).catch(() => undefined)
    if (stats && now - stats.mtimeMs >= LEFTOVER_MILLISECONDS) leftovers.push(file)
  }
  return leftovers
}

async function writeNewFile(
  path: string,
  text: string,
  mode: number,
  { uid, gid }: Partial<FileOwnership> = {},
): Promise<void> {
  const handle = await open(path, 'wx', mode)
  try {
    if (uid !== undefined && gid !== undefined) await adopt(handle, uid, gid)
    await handle.chmod(mode)
    await handle.writeFile(text)
    await handle.sync()
  } catch (error) {
    await unlink(path)
    throw error
  } finally {
    await handle.close()
  }
}

/** Keeps a file that root rotates readable for the service that it belongs to. */
async function adopt(handle: FileHandle, uid: number, gid: number): Promise<void> {
  const own = await handle.stat()
  if (own.uid !== uid || own.gid !== gid) await handle.chown(uid, gid)
}

/** Makes a new name durable; where folders cannot be synced, such as on Windows, nothing is lost. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined)
  try {
    await folder?.sync()
  } catch {
    // Not supported by this file system.
  } finally {
    await folder?.close()
  }
}
