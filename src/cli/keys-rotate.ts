import type { Stats } from 'node:fs'
import { realpath, stat, unlink } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type KeyRotation, type RingKey, rotateKeys } from '../keys/index.ts'
import { systemClock } from '../runtime/index.ts'
import { CommandRefused, UsageError } from './cli-errors.ts'
import type { Command, CommandResult, GivenOptions } from './command.ts'
import { shorten } from './create-key-file.ts'
import { formatDuration, formatTable, paint } from './format.ts'
import type { CliIo } from './io.ts'
import { ALG_OPTION, FILE_OPTION, readAlgorithm, USE_HINT_OPTION } from './key-choices.ts'
import { findLeftovers, PRIVATE_MODE, PUBLIC_MODE, publicFileOf, replaceFile } from './key-files.ts'
import { checkKeys, formatJson, type ReadKeys, readKeys } from './read-keys.ts'
import { storageKeysInUse } from './storage-key-usage.ts'

/** Longer than anything lives that is signed or encrypted with a key, where nothing else is said. */
const DEFAULT_OVERLAP_SECONDS = 2_592_000
/** How long others keep the published keys, as the JWKS endpoint allows by default. */
const PUBLISHED_SECONDS = 600
const GROUP_READ = 0o040

export const keysRotate: Command = {
  name: 'keys rotate',
  summary: 'Make the next key the current one, and a new one the next',
  options: [
    FILE_OPTION,
    {
      name: 'overlap',
      value: '<seconds>',
      help: `How long previous keys are accepted; ${DEFAULT_OVERLAP_SECONDS} (30 days) by default`,
    },
    {
      name: 'storage',
      value: '<url>',
      help: 'Of storage keys: where they are used; env:NAME for a URL with a password',
    },
    ALG_OPTION,
    USE_HINT_OPTION,
  ],
  details: [
    'Servers pick the file up within a second. It is replaced as a whole: whoever reads it, and',
    'whatever interrupts this command, gets the old keys or the new ones.',
    'The overlap is the longest lifetime of what is signed or encrypted. Previous storage keys are',
    'dropped only with --storage, and only those that no record is sealed with.',
  ],
  run: rotate,
}

async function rotate(options: GivenOptions, io: CliIo): Promise<CommandResult> {
  const overlapSeconds = readOverlap(options.value('overlap'))
  // A rename would take the place of a symbolic link, and leave the file that it points to.
  const given = resolve(io.cwd, options.required('file'))
  const path = await realpath(given).catch(() => given)
  // One that is missing is what reading it complains about.
  const state = await stat(path).catch(() => undefined)
  const before = await readKeys(path, options.value('use'), io)
  const { use } = before
  const rotation = await rotateKeys(before.stored, {
    use,
    overlapSeconds,
    alg: readAlgorithm(use, options.value('alg')),
    inUse: await keysInUse(before, options.value('storage'), io),
    clock: { ...systemClock, now: io.now },
  })
  const after = await checkKeys(rotation.keys, use, 'The rotated keys')
  const now = await stat(path)
  if (!isSame(now, state)) {
    throw new CommandRefused(
      'The file was changed meanwhile, and is left alone. See `mcp-gatehouse keys list`, and run it again.',
    )
  }
  // The public keys first: no key may be used before it is published.
  if (after.publicJwks !== undefined) {
    await replaceFile(publicFileOf(path), after.publicJwks, { ...ownerOf(now), mode: PUBLIC_MODE })
  }
  const mode = PRIVATE_MODE | (now.mode & GROUP_READ)
  await replaceFile(path, formatJson(after.stored), { ...ownerOf(now), mode })
  await Promise.all((await findLeftovers(path, Date.now())).map((file) => unlink(file)))
  return describe({ path, before, after, rotation, overlapSeconds }, io)
}

function isSame(now: Stats, before: Stats | undefined): boolean {
  return now.ino === before?.ino && now.mtimeMs === before.mtimeMs && now.size === before.size
}

function ownerOf({ uid, gid }: Stats): Pick<Stats, 'uid' | 'gid'> {
  return { uid, gid }
}

function readOverlap(text: string | undefined): number {
  if (text === undefined) return DEFAULT_OVERLAP_SECONDS
  const seconds = Number(text)
  if (/^\d+$/.test(text) && seconds >= 1 && Number.isSafeInteger(seconds)) return seconds
  throw new UsageError('--overlap is a whole number of seconds, at least 1.')
}

/** All keys for a storage that nobody has looked into, since what it holds can be old. */
async function keysInUse(
  { use, keys }: ReadKeys,
  storage: string | undefined,
  io: CliIo,
): Promise<Iterable<string>> {
  const kids = keys.map(({ kid }) => kid)
  if (use === 'storage') return storage === undefined ? kids : storageKeysInUse(storage, kids, io)
  if (storage === undefined) return []
  throw new UsageError(`--storage is for storage keys, and these are for ${use}.`)
}

interface Rotated {
  readonly path: string
  readonly before: ReadKeys
  readonly after: ReadKeys
  readonly rotation: KeyRotation
  readonly overlapSeconds: number
}

function describe(
  { path, before, after, rotation: { dropped, kept }, overlapSeconds }: Rotated,
  io: CliIo,
): CommandResult {
  const was = new Map(before.keys.map(({ kid, status }) => [kid, status]))
  const changes = after.keys.map((key) => ({
    kid: key.kid,
    before: was.get(key.kid) ?? 'new',
    after: key.status,
  }))
  const rows = [
    ...changes.map(({ kid, ...change }) => [kid, `${change.before} -> ${change.after}`]),
    ...dropped.map((kid) => [kid, 'previous -> dropped']),
  ]
  const stay =
    after.use === 'storage'
      ? 'as long as a record is sealed with them'
      : `${formatDuration(overlapSeconds)} after they were replaced`
  return {
    json: { file: path, use: after.use, keys: changes, dropped, kept, overlapSeconds },
    lines: [
      paint(io, 'bold', `Rotated the ${after.use} keys in ${shorten(path, io)}`),
      ...formatTable(rows),
      '',
      `Previous keys are accepted ${stay}.`,
    ],
    notes: warnings(before, after, io),
  }
}

/** A key that others cannot have seen yet is a cause of refused tokens. */
function warnings(before: ReadKeys, after: ReadKeys, io: CliIo): readonly string[] {
  const [current] = after.keys
  const since = publishedAt(before, current)
  if (after.publicJwks === undefined || io.now() - since >= PUBLISHED_SECONDS) return []
  return [
    'Note: the current key has been public for less than 10 minutes; who has read the keys before ' +
      'may refuse it until then. Leave as much time between two rotations.',
  ]
}

function publishedAt({ stored }: ReadKeys, current: RingKey | undefined): number {
  return stored.keys.find(({ kid }) => kid === current?.kid)?.iat ?? Infinity
}
