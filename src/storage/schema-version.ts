import { ConfigError } from '../errors/index.ts'

/** What a store says about the layout of its records. Both numbers are those of releases' schemas. */
export interface SchemaVersion {
  readonly version: number
  /** The oldest one whose releases can still work with it. */
  readonly compatibleFrom: number
}

/** One step from a version of the schema to the next. What was released is never changed. */
export interface Migration {
  readonly statements: string
  /**
   * Whether releases from before can go on with what it leaves, beside those that know it: it only
   * adds what they need not read or write. One that is not additive also has to rename what it
   * changes, so that older processes that still run fail, and do not write.
   */
  readonly isAdditive: boolean
}

/** What a store says once these have been done. */
export function schemaVersionOf(migrations: readonly Migration[]): SchemaVersion {
  const last = migrations.findLastIndex(({ isAdditive }) => !isAdditive)
  return { version: migrations.length, compatibleFrom: last + 1 }
}

/**
 * Refuses what a newer release has changed so that this one cannot work with it.
 *
 * @param known The version of the schema that this release knows.
 * @throws {ConfigError} `ERR_CONFIG_STORAGE_SCHEMA`
 */
export function requireCompatible(found: SchemaVersion, known: number, address: string): void {
  const { version, compatibleFrom } = found
  if (known >= compatibleFrom) return
  const subject = `${address} (version ${version}, for releases that know ${compatibleFrom}; this one knows ${known})`
  throw new ConfigError('ERR_CONFIG_STORAGE_SCHEMA', subject)
}
