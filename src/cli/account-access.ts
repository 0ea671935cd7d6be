import type { ConnectionOwner, StoredConnections } from '../connections/stored/index.ts'
import { isTenantId } from '../options/index.ts'
import { systemClock } from '../runtime/index.ts'
import type { Storage } from '../storage/index.ts'
import { CommandRefused, UsageError } from './cli-errors.ts'
import type { CommandOption, GivenOptions } from './command.ts'
import { confirm } from './confirm.ts'
import type { CliIo } from './io.ts'
import { readStorageRing } from './storage-ring.ts'
import { storageUrl } from './storage-url.ts'

/** Whose account; every command of the group has these. */
export const ACCOUNT_OPTIONS: readonly CommandOption[] = [
  {
    name: 'storage',
    value: '<url>',
    isRequired: true,
    help: 'The storage of the server; env:NAME for a URL with a password',
  },
  {
    name: 'issuer',
    value: '<url>',
    isRequired: true,
    help: 'The issuer of the user’s access tokens: claim `iss`',
  },
  {
    name: 'subject',
    value: '<sub>',
    isRequired: true,
    help: 'The user at that issuer: claim `sub`',
  },
  {
    name: 'tenant',
    value: '<tenant>',
    help: 'The tenant of the user, where their tokens have one',
  },
  {
    name: 'tenant-storage',
    value: '<id>',
    help: 'Look in the part of the storage that this tenant of createTenants has',
  },
  {
    name: 'storage-keys',
    value: '<file>',
    help: 'The storage keys; what STORAGE_ENCRYPTION_KEY_PATH or STORAGE_ENCRYPTION_KEY has by default',
  },
]

export const CONFIRM_OPTION: CommandOption = { name: 'yes', help: 'Do it without asking' }

/** What the commands work with. */
export interface Account {
  readonly owner: ConnectionOwner
  readonly connections: StoredConnections
  readonly storage: Storage
}

/**
 * Opens the account that the options name, for as long as this takes.
 *
 * @throws {UsageError} For a storage that ends with the command.
 * @throws {CommandRefused} Without a key that the storage is sealed with.
 */
export async function withAccount<Result>(
  options: GivenOptions,
  io: CliIo,
  use: (account: Account) => Promise<Result>,
): Promise<Result> {
  // Loaded here, so that no other command waits for it.
  const { openStorage, sealed, tenantStorage } = await import('../storage/index.ts')
  const { createStoredConnections, ownerOfUser } = await import('../connections/stored/index.ts')
  const ring = await readStorageRing(options.value('storage-keys'), io)
  const opened = await openStorage(storageUrl(options.required('storage'), io))
  try {
    if (opened.durability === 'process') {
      throw new UsageError('memory: ends with this command. Name the storage of the server.')
    }
    const whole = await sealed(opened, ring)
    const part = readPart(options)
    const storage = part === undefined ? whole : tenantStorage(whole, part)
    const [issuer, subject] = [options.required('issuer'), options.required('subject')]
    const owner = ownerOfUser({ issuer, subject, tenant: options.value('tenant') })
    const clock = { ...systemClock, now: io.now }
    return await use({ owner, storage, connections: createStoredConnections(storage, clock) })
  } finally {
    await opened.close()
  }
}

function readPart(options: GivenOptions): string | undefined {
  const part = options.value('tenant-storage')
  if (part === undefined || isTenantId(part)) return part
  throw new UsageError('--tenant-storage is 1 to 63 letters a–z, digits and hyphens.')
}

/**
 * Asks before something is ended, unless `--yes` is given.
 *
 * @throws {UsageError} Where nobody can be asked.
 * @throws {CommandRefused} For any other answer than yes.
 */
export async function askFirst(options: GivenOptions, io: CliIo, question: string): Promise<void> {
  if (options.isSet('yes')) return
  if (!io.isTerminal.stdin) throw new UsageError('Nobody can be asked here: add --yes.')
  if (await confirm(io, question)) return
  throw new CommandRefused('Nothing was changed. Answer y to go on.')
}
