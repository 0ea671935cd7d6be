import type * as FileSystem from 'node:fs'
import { ConfigError } from '../errors/index.ts'
import { requireKnownOptions } from '../options/index.ts'
import { nodeBuiltin } from '../runtime/index.ts'
import { type KeySource, parseKeyText, parseStoredKeys } from './key-source.ts'
import type { StoredKeys } from './key-use.ts'

export interface KeyFileOptions {
  /**
   * Lets the group of the file read it, as Kubernetes sets it for volumes with an `fsGroup`.
   *
   * @defaultValue false
   */
  readonly allowGroupRead?: boolean
  /**
   * Accepts a file that holds one key and no set: a JSON Web Key, or a symmetric key in the texts
   * that `keysFromEnvironment` reads.
   *
   * @defaultValue false
   */
  readonly allowSingleKey?: boolean
}

type FileHandle = FileSystem.promises.FileHandle

const MAX_BYTES = 1_048_576
const OPTIONS: readonly string[] = [
  'allowGroupRead',
  'allowSingleKey',
] satisfies (keyof KeyFileOptions)[]

/**
 * Reads keys from a private JSON Web Key Set. The file is looked at when a key is used, at most
 * once per second, so that a change is picked up without a restart. Replace it by renaming another
 * one over it. It is NOT watched, and nothing is written to it.
 *
 * The file must be readable by its owner only (not checked on Windows).
 *
 * @throws {ConfigError} `ERR_CONFIG_KEY_FILE` from `read()`, where the file is missing, empty,
 *   larger than 1 MiB, no key set, or open to others.
 */
export function keysFromFile(path: string, options: KeyFileOptions = {}): KeySource {
  requireKnownOptions(options, OPTIONS, 'keysFromFile')
  const name = `Key file ${path}`
  const forbiddenBits = options.allowGroupRead === true ? 0o037 : 0o077
  let known: { readonly state: string; readonly document: StoredKeys } | undefined

  async function readHandle(file: FileHandle): Promise<StoredKeys> {
    // Of the open file and not of its path, which may be another one by now.
    const stats = await file.stat()
    if (!stats.isFile()) throw fileError(`${name} (not a file)`)
    const isPosix = process.platform !== 'win32'
    if (isPosix && (stats.mode & forbiddenBits) !== 0) {
      throw fileError(`${name} (mode 0${(stats.mode & 0o777).toString(8)})`)
    }
    const state = [stats.dev, stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs].join(' ')
    if (known?.state === state) return known.document
    if (stats.size > MAX_BYTES) throw fileError(`${name} (larger than 1 MiB)`)
    const text = await file.readFile('utf8')
    if (text.trim() === '') throw fileError(`${name} (empty)`)
    const parse = options.allowSingleKey === true ? parseKeyText : parseStoredKeys
    known = { state, document: parse(text.trim(), 'ERR_CONFIG_KEY_FILE', name) }
    return known.document
  }

  return {
    name,
    checkSeconds: 1,
    recheckSeconds: 0,
    async read() {
      const file = await openFile(path, name)
      try {
        return await readHandle(file)
      } catch (error) {
        // What comes back after a failure is reported and read as new.
        known = undefined
        throw error instanceof ConfigError ? error : fileError(name, error)
      } finally {
        await file.close()
      }
    },
  }
}

async function openFile(path: string, name: string): Promise<FileHandle> {
  // Not imported, so that runtimes without files can load this module.
  const files = nodeBuiltin('node:fs')
  if (files === undefined) throw fileError(`${name} (this runtime has no files)`)
  try {
    return await files.promises.open(path, 'r')
  } catch (error) {
    throw fileError(name, error)
  }
}

function fileError(subject: string, cause?: unknown): ConfigError {
  return new ConfigError('ERR_CONFIG_KEY_FILE', subject, cause === undefined ? {} : { cause })
}
