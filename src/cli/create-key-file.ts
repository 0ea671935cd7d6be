import { lstat, unlink } from 'node:fs/promises'
import { isAbsolute, relative, resolve } from 'node:path'
import type { KeyUse } from '../keys/index.ts'
import { CommandRefused } from './cli-errors.ts'
import { isFileFailure } from './file-failure.ts'
import { formatTable } from './format.ts'
import type { CliIo } from './io.ts'
import { createPrivateFile, PUBLIC_MODE, publicFileOf, replaceFile } from './key-files.ts'

/** Where keys go that no `--out` is given for. */
const DEFAULT_FOLDER = '.keys'

/** The files of new keys. */
export interface CreatedFiles {
  readonly privateFile: string
  readonly publicFile: string | undefined
}

export function defaultKeyFile(use: KeyUse, extension: 'json' | 'env'): string {
  return `${DEFAULT_FOLDER}/${use}.${extension}`
}

/**
 * Makes a private file, and never overwrites one.
 *
 * @param path As the user has written it.
 * @throws {CommandRefused} With this remedy, where it exists.
 */
export async function createNewFile(
  path: string,
  text: string,
  remedy: string,
  io: CliIo,
): Promise<string> {
  const file = resolve(io.cwd, path)
  try {
    await createPrivateFile(file, text)
  } catch (error) {
    // The folder may be in the way too.
    throw isFileFailure(error, 'EEXIST', 'open') ? refusal(path, remedy) : error
  }
  return file
}

/**
 * Writes new keys: the private ones at `path`, the public ones beside it.
 *
 * @param path As the user has written it.
 * @throws {CommandRefused} Where one of the files exists, and when another process makes them at
 *   the same time and is first.
 */
export async function createKeyFiles(
  path: string,
  privateText: string,
  publicText: string | undefined,
  io: CliIo,
): Promise<CreatedFiles> {
  const remedy =
    `Its keys may be in use: \`mcp-gatehouse keys rotate --file ${path}\` replaces them step by ` +
    'step. For other keys, choose another --out.'
  const file = resolve(io.cwd, path)
  const publicFile = publicText === undefined ? undefined : publicFileOf(file)
  if (publicFile !== undefined && (await exists(publicFile))) {
    if (await exists(file)) throw refusal(path, remedy)
    throw refusal(publicFileOf(path), 'Move these public keys away, or choose another --out.')
  }
  const privateFile = await createNewFile(path, privateText, remedy, io)
  if (publicFile !== undefined && publicText !== undefined) {
    try {
      await replaceFile(publicFile, publicText, { mode: PUBLIC_MODE })
    } catch (error) {
      // Nobody has used them yet, and what is left would block the next attempt.
      await unlink(privateFile)
      throw error
    }
  }
  return { privateFile, publicFile }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (isFileFailure(error, 'ENOENT')) return false
    throw error
  }
}

function refusal(path: string, remedy: string): CommandRefused {
  return new CommandRefused(`${path} exists, and is not overwritten. ${remedy}`)
}

/** The lines about new files that are the same for every kind. */
export function describeFiles(files: CreatedFiles, io: CliIo): readonly string[] {
  const rows = [['private', shorten(files.privateFile, io), '0600, a secret']]
  if (files.publicFile !== undefined) {
    rows.push(['public', shorten(files.publicFile, io), '0644, to publish'])
  }
  const pattern = gitignorePattern(files.privateFile, io)
  const hint =
    pattern === undefined ? [] : ['', 'Keep it out of Git, in .gitignore:', `  ${pattern}`]
  return [...formatTable(rows), ...hint]
}

/** What keeps a file out of Git, `undefined` for one outside of the working directory. */
export function gitignorePattern(path: string, io: CliIo): string | undefined {
  const within = relative(io.cwd, path).replaceAll('\\', '/')
  if (within.startsWith('..') || isAbsolute(within)) return undefined
  return within.startsWith(`${DEFAULT_FOLDER}/`) ? `/${DEFAULT_FOLDER}/` : `/${within}`
}

/** Relative to the working directory, for what lies in it. */
export function shorten(path: string, io: CliIo): string {
  const within = relative(io.cwd, path)
  return within.startsWith('..') || isAbsolute(within) ? path : within
}
