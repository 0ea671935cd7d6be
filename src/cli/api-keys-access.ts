import { parseResourceIdentifier } from '../oauth/index.ts'
import { systemClock } from '../runtime/index.ts'
import type { ApiKeys } from '../verifiers/index.ts'
import { UsageError } from './cli-errors.ts'
import type { CommandOption, GivenOptions } from './command.ts'
import type { CliIo } from './io.ts'
import { readStorageRing } from './storage-ring.ts'
import { storageUrl } from './storage-url.ts'

/** Where the keys are; every command of the group has these. */
export const ACCESS_OPTIONS: readonly CommandOption[] = [
  {
    name: 'storage',
    value: '<url>',
    isRequired: true,
    help: 'The storage of the server; env:NAME for a URL with a password',
  },
  {
    name: 'resource',
    value: '<url>',
    isRequired: true,
    help: 'The resource that the keys are for, such as https://mcp.example.com/mcp',
  },
  {
    name: 'storage-keys',
    value: '<file>',
    help: 'The storage keys; what STORAGE_ENCRYPTION_KEY_PATH or STORAGE_ENCRYPTION_KEY has by default',
  },
]

/**
 * Opens the API keys that the options name, for as long as this takes.
 *
 * @throws {UsageError} For a resource that is no URL, or a storage that ends with the command.
 * @throws {CommandRefused} Without a key that the storage is sealed with.
 */
export async function withApiKeys<Result>(
  options: GivenOptions,
  io: CliIo,
  use: (apiKeys: ApiKeys) => Promise<Result>,
  prefix?: string,
): Promise<Result> {
  const resource = options.required('resource')
  if (parseResourceIdentifier(resource) === undefined) {
    throw new UsageError('--resource is an absolute http or https URL without a fragment.')
  }
  // Loaded here, so that no other command waits for it.
  const { openStorage, sealed } = await import('../storage/index.ts')
  const { createApiKeys } = await import('../verifiers/index.ts')
  const ring = await readStorageRing(options.value('storage-keys'), io)
  const storage = await openStorage(storageUrl(options.required('storage'), io))
  try {
    if (storage.durability === 'process') {
      throw new UsageError('memory: ends with this command. Name the storage of the server.')
    }
    const clock = { ...systemClock, now: io.now }
    const shared = { resource, prefix, clock }
    return await use(createApiKeys({ ...shared, storage: await sealed(storage, ring) }))
  } finally {
    await storage.close()
  }
}
