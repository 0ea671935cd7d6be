import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import {
  createKeyRing,
  type KeySource,
  type KeyUse,
  keysFromFile,
  keysFromFunction,
  type RingKey,
  type StoredKey,
  type StoredKeys,
} from '../keys/index.ts'
import { UsageError } from './cli-errors.ts'
import type { CliIo } from './io.ts'
import { isKeyUse } from './key-choices.ts'

/** A key file that was read and checked. */
export interface ReadKeys {
  readonly use: KeyUse
  /** With the secrets: never print it. */
  readonly stored: StoredKeys
  /** The current key first, then the next one, then those before. */
  readonly keys: readonly RingKey[]
  /** `undefined` for a use without public keys. */
  readonly publicJwks: string | undefined
}

/** Stands for standard input, where a file is named. */
const STDIN = '-'

/** From the working directory; `-` stays. */
export function resolvePath(path: string, io: CliIo): string {
  return path === STDIN ? path : resolve(io.cwd, path)
}

/**
 * Reads a key file, or standard input, as a ring.
 *
 * @param use What the keys are for, where they do not say so themselves.
 * @throws {ConfigError} Where there are no keys, or they are no valid ring.
 * @throws {UsageError} Where neither the keys nor `use` say what they are for.
 */
export async function readKeys(
  path: string,
  use: string | undefined,
  io: CliIo,
): Promise<ReadKeys> {
  const source = path === STDIN ? standardInput(io) : keysFromFile(path, { allowGroupRead: true })
  return checkKeys(await source.read(), use, source.name)
}

/** Checks keys as {@link readKeys} does. */
export async function checkKeys(
  stored: StoredKeys,
  use: string | undefined,
  name: string,
): Promise<ReadKeys> {
  const ringUse = useOf(stored.keys[0]) ?? use
  if (!isKeyUse(ringUse)) {
    throw new UsageError(`${name} does not say what its keys are for: add --use.`)
  }
  const source: KeySource = {
    name,
    checkSeconds: Infinity,
    recheckSeconds: Infinity,
    read: async () => stored,
  }
  const ring = await createKeyRing({ use: ringUse, source })
  const jwks = await ring.publicJwks()
  const publicJwks = jwks.keys.length === 0 ? undefined : formatJson(jwks)
  return { use: ringUse, stored, keys: await ring.all(), publicJwks }
}

/** As key files are written. */
export function formatJson(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`
}

/** Files from elsewhere have no `ring`; `use` of an asymmetric key says the same. */
function useOf(key: StoredKey | undefined): KeyUse | undefined {
  if (isKeyUse(key?.ring)) return key.ring
  if (key === undefined || key.kty === 'oct') return undefined
  return new Map<string | undefined, KeyUse>([
    ['sig', 'signing'],
    ['enc', 'encryption'],
  ]).get(key.use)
}

function standardInput(io: CliIo): KeySource {
  return keysFromFunction(async () => JSON.parse(await readAll(io)) as unknown, {
    name: 'Standard input',
    timeoutSeconds: 60,
  })
}

async function readAll(io: CliIo): Promise<string> {
  const encoder = new TextEncoder()
  return text(
    (async function* () {
      for await (const chunk of io.stdin) {
        yield typeof chunk === 'string' ? encoder.encode(chunk) : chunk
      }
    })(),
  )
}
