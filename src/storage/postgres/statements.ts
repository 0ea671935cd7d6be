/**
 * The statements, each of which is one step that others see whole or not at all.
 *
 * Time is `clock_timestamp()` and not that of the transaction's beginning: a statement may have
 * waited for another one in between.
 */
export interface Statements {
  readonly get: string
  readonly take: string
  readonly delete: string
  /** Key, value, seconds or null, tags. */
  readonly set: string
  /** As `set`. */
  readonly setAbsent: string
  /** As `set`, and the version. */
  readonly swap: string
  /** Key, whether or not it has expired. */
  readonly remove: string
  /** Key, version. */
  readonly removeVersion: string
  /** Key: makes that there is no record, and that nobody writes one before the transaction ends. */
  readonly keepAway: string
  /** As `keepAway`, where there is none already. */
  readonly keepAbsent: string
  /** LIKE pattern, the last key of the page before, how many. */
  readonly list: string
  /** Tag, the last key of the page before, how many. */
  readonly listByTag: string
  readonly deleteByTag: string
  /** Name, holder, seconds. */
  readonly lock: string
  readonly extend: string
  /** Name, holder. */
  readonly release: string
  /** How many. */
  readonly sweepRecords: string
  readonly sweepLocks: string
}

const IS_LIVE = '(record.expires_at IS NULL OR record.expires_at > clock_timestamp())'
const IS_OVER = 'record.expires_at <= clock_timestamp()'
const IS_HELD = 'lock.expires_at > clock_timestamp()'
/** The condition in the index, and of the index. */
const HAS_TAG = `record.tags @> ARRAY[$1]::text[] AND record.tags <> '{}'`
const EXPIRY = 'clock_timestamp() + make_interval(secs => $3::float8)'
const RECORD = `record.value, record.version::text AS version,
  ceil(extract(epoch FROM record.expires_at))::bigint::text AS expires_at`

/** Those of a single record; the others are rare, or best planned for what they are given. */
const PREPARED = [
  'get',
  'take',
  'delete',
  'set',
  'setAbsent',
  'swap',
  'remove',
  'removeVersion',
] as const satisfies readonly (keyof Statements)[]

/** The statements that are worth preparing once for each connection, with their names. */
export function namesOf(statements: Statements): ReadonlyMap<string, string> {
  return new Map(PREPARED.map((name) => [statements[name], `gatehouse_${name}`]))
}

/** @param schema A name that needs no escapes inside of quotes. */
export function createStatements(schema: string): Statements {
  const records = `"${schema}".records`
  return {
    get: `SELECT ${RECORD} FROM ${records} AS record WHERE key = $1 AND ${IS_LIVE}`,
    take: `DELETE FROM ${records} AS record WHERE key = $1 AND ${IS_LIVE} RETURNING ${RECORD}`,
    delete: `DELETE FROM ${records} AS record WHERE key = $1 AND ${IS_LIVE}`,
    ...createWrites(schema),
    list: `SELECT key FROM ${records} AS record
      WHERE key LIKE $1 AND key > $2 AND ${IS_LIVE} ORDER BY key LIMIT $3`,
    // Without the detour the planner may walk through all keys, in hope of enough with the tag.
    listByTag: `WITH tagged AS MATERIALIZED (
        SELECT key FROM ${records} AS record WHERE ${HAS_TAG} AND ${IS_LIVE})
      SELECT key FROM tagged WHERE key > $2 ORDER BY key LIMIT $3`,
    deleteByTag: `WITH tagged AS MATERIALIZED (
        SELECT key FROM ${records} AS record WHERE ${HAS_TAG} AND ${IS_LIVE}
        ORDER BY key FOR UPDATE)
      DELETE FROM ${records} AS record USING tagged WHERE record.key = tagged.key`,
    ...createLocks(`"${schema}".locks`, `"${schema}".fences`),
    sweepRecords: `DELETE FROM ${records} WHERE key IN (
      SELECT key FROM ${records} AS record WHERE ${IS_OVER}
      ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)`,
    sweepLocks: `DELETE FROM "${schema}".locks WHERE name IN (
      SELECT name FROM "${schema}".locks WHERE expires_at <= clock_timestamp() - interval '1 day'
      ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)`,
  }
}

type WriteName =
  | 'set'
  | 'setAbsent'
  | 'swap'
  | 'remove'
  | 'removeVersion'
  | 'keepAway'
  | 'keepAbsent'

function createWrites(schema: string): Pick<Statements, WriteName> {
  const records = `"${schema}".records`
  const version = `nextval('"${schema}".versions')`
  const set = `INSERT INTO ${records} AS record (key, value, version, expires_at, tags)
    VALUES ($1, $2, ${version}, ${EXPIRY}, $4)
    ON CONFLICT (key) DO UPDATE SET (value, version, expires_at, tags) =
      (excluded.value, excluded.version, excluded.expires_at, excluded.tags)`
  const keepAway = `INSERT INTO ${records} AS record (key, value, version, expires_at)
    VALUES ($1, '', ${version}, '-infinity')
    ON CONFLICT (key) DO UPDATE SET (value, version, expires_at, tags) =
      (excluded.value, excluded.version, excluded.expires_at, excluded.tags)`
  return {
    set,
    setAbsent: `${set} WHERE ${IS_OVER}`,
    swap: `UPDATE ${records} AS record
      SET value = $2, version = ${version}, expires_at = ${EXPIRY}, tags = $4
      WHERE key = $1 AND version::text = $5 AND ${IS_LIVE}`,
    remove: `DELETE FROM ${records} WHERE key = $1`,
    removeVersion: `DELETE FROM ${records} AS record
      WHERE key = $1 AND version::text = $2 AND ${IS_LIVE}`,
    keepAway,
    keepAbsent: `${keepAway} WHERE ${IS_OVER}`,
  }
}

/**
 * A lock that was released stays for a day, so that whoever finds it has a fence that is newer than
 * the one it had: one that was drawn before a wait could be older.
 */
function createLocks(
  locks: string,
  fences: string,
): Pick<Statements, 'lock' | 'extend' | 'release'> {
  return {
    lock: `INSERT INTO ${locks} AS lock (name, holder, expires_at, fence)
      VALUES ($1, $2, ${EXPIRY}, nextval('${fences}'))
      ON CONFLICT (name) DO UPDATE SET holder = excluded.holder,
        expires_at = excluded.expires_at, fence = nextval('${fences}')
      WHERE NOT ${IS_HELD} RETURNING fence::text AS fence`,
    extend: `UPDATE ${locks} AS lock SET expires_at = ${EXPIRY}
      WHERE name = $1 AND holder = $2 AND ${IS_HELD}`,
    release: `UPDATE ${locks} AS lock SET expires_at = clock_timestamp()
      WHERE name = $1 AND holder = $2 AND ${IS_HELD}`,
  }
}
