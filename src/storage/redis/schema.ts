import { requireCompatible, type SchemaVersion } from '../schema-version.ts'
import { type RedisClient, runScript } from './client.ts'

/** The keys and fields that `scripts.ts` lists. */
export const SCHEMA_VERSION: SchemaVersion = { version: 1, compatibleFrom: 1 }

/**
 * Leaves the version of this release in the store, where there is none or an older one.
 *
 * @throws {ConfigError} `ERR_CONFIG_STORAGE_SCHEMA`, where a newer release has changed the store so
 *   that this one cannot work with it; nothing is changed then
 */
export async function agreeOnSchema(
  client: RedisClient,
  base: string,
  address: string,
  { version, compatibleFrom }: SchemaVersion = SCHEMA_VERSION,
): Promise<void> {
  const answer = await runScript(client, 'Agree', base, version, compatibleFrom)
  const [found, oldest] = (answer as readonly unknown[]).map(Number)
  const state = { version: found ?? 0, compatibleFrom: oldest ?? 0 }
  requireCompatible(state, version, `${address}, keys ${base}`)
}
