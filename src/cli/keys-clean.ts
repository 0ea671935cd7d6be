import { lstat, readFile, unlink } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CommandRefused, UsageError } from './cli-errors.ts'
import type { Command, CommandResult, GivenOptions } from './command.ts'
import { confirm } from './confirm.ts'
import { shorten } from './create-key-file.ts'
import { isFileFailure } from './file-failure.ts'
import { formatTable, paint } from './format.ts'
import type { CliIo } from './io.ts'
import { FILE_OPTION } from './key-choices.ts'
import { findLeftovers, publicFileOf } from './key-files.ts'

/** Far more than a key file has; anything larger is another file. */
const MAX_BYTES = 1_048_576
const ADVICE = [
  'Deleted, not destroyed: SSDs, snapshots and backups may keep copies, which overwriting does not',
  'reach. Where somebody else may have had access, rotate the keys or make new ones.',
]

export const keysClean: Command = {
  name: 'keys clean',
  summary: 'Delete a key file, and the public keys beside it',
  options: [FILE_OPTION, { name: 'yes', help: 'Do not ask' }],
  details: [
    'Nothing is overwritten first: on SSDs, and with snapshots or backups, that would promise what',
    'it cannot keep. What was encrypted with the keys cannot be read without another copy.',
  ],
  run: clean,
}

async function clean(options: GivenOptions, io: CliIo): Promise<CommandResult> {
  const path = resolve(io.cwd, options.required('file'))
  const files = await findFiles(path)
  if (!options.isSet('yes')) await askFirst(files, io)
  for (const file of files) await unlink(file)
  return {
    json: { deleted: files, advice: ADVICE.join(' ') },
    lines: [
      paint(io, 'bold', 'Deleted'),
      ...formatTable(files.map((file) => [shorten(file, io)])),
      '',
      ...ADVICE,
    ],
  }
}

async function askFirst(files: readonly string[], io: CliIo): Promise<void> {
  if (!io.isTerminal.stdin) {
    throw new UsageError('Nobody can be asked here whether to delete the keys: add --yes.')
  }
  const names = files.map((file) => shorten(file, io)).join(', ')
  if (await confirm(io, `Delete ${names}?`)) return
  throw new CommandRefused('Nothing was deleted. Answer y to delete.')
}

/** The public file goes first and the private one last, so that an interrupted run can be repeated. */
async function findFiles(path: string): Promise<readonly string[]> {
  await checkIsKeyFile(path)
  const publicFile = publicFileOf(path)
  const leftovers = [...(await findLeftovers(path)), ...(await findLeftovers(publicFile))]
  const isThere = await lstat(publicFile).catch(() => undefined)
  return [...leftovers, ...(isThere ? [publicFile] : []), path]
}

/** A mistyped path must not delete anything else. */
async function checkIsKeyFile(path: string): Promise<void> {
  try {
    const stats = await lstat(path)
    if (stats.isSymbolicLink()) {
      throw new CommandRefused(`${path} is a symbolic link. Name the file that it points to.`)
    }
    if (stats.isFile() && stats.size <= MAX_BYTES && isKeyText(await readFile(path, 'utf8'))) return
  } catch (error) {
    if (!isFileFailure(error, 'ENOENT')) throw error
    throw new CommandRefused(`${path} does not exist: there is nothing to delete. Check --file.`)
  }
  throw new CommandRefused(`${path} is no key file, and is left alone. Delete it yourself.`)
}

/** Private keys, the file with a variable, or an empty one of a command that was interrupted. */
function isKeyText(text: string): boolean {
  if (text === '' || text.startsWith('STORAGE_ENCRYPTION_KEY=')) return true
  try {
    const document: unknown = JSON.parse(text)
    if (typeof document !== 'object' || document === null || !('keys' in document)) return false
    const { keys } = document
    return (
      Array.isArray(keys) && keys.length > 0 && keys.every((key) => typeof key?.kty === 'string')
    )
  } catch {
    return false
  }
}
