import type { Fetch } from '../../http/index.ts'
import { type AuditSink, createEmitter, type Emit } from '../../observability/index.ts'
import { configError, requireKnownOptions, requireNumber } from '../../options/index.ts'
import { type Clock, systemClock } from '../../runtime/index.ts'

/** Options of every verifier that asks somebody else about a token. */
export interface RemoteOptions {
  /**
   * How long an accepted token is not asked about again: 0 to 60 seconds, and never longer than its
   * own expiry. So long it is accepted after it was revoked. @defaultValue 30
   */
  readonly cacheSeconds?: number
  /** How long a refused token is not asked about again: 0 to 60 seconds. @defaultValue 5 */
  readonly negativeCacheSeconds?: number
  /** Allow http on loopback addresses. For development. @defaultValue false */
  readonly allowInsecureLoopback?: boolean
  /** @defaultValue the platform's */
  readonly fetch?: Fetch
  /** Told of answers that cannot be read. @defaultValue nobody */
  readonly onEvent?: AuditSink
  /** For tests. @defaultValue the system's clock */
  readonly clock?: Clock
}

/** The options, checked and completed. */
export interface RemoteSettings {
  readonly cacheSeconds: number
  readonly negativeCacheSeconds: number
  readonly allowInsecureLoopback: boolean
  readonly fetch: Fetch | undefined
  readonly emit: Emit
  readonly clock: Clock
}

const REMOTE_NAMES: readonly string[] = [
  'cacheSeconds',
  'negativeCacheSeconds',
  'allowInsecureLoopback',
  'fetch',
  'onEvent',
  'clock',
] satisfies (keyof RemoteOptions)[]
const MAX_CACHE_SECONDS = 60
/** For one question and its whole answer: a 503 is out before 5 s are over. */
export const TIMEOUT_MILLISECONDS = 4_500

/**
 * @param owner The function that the options are for.
 * @param names Its own options beside those of {@link RemoteOptions}.
 * @throws {ConfigError}
 */
export function parseRemoteOptions(
  options: RemoteOptions,
  owner: string,
  names: readonly string[],
): RemoteSettings {
  requireKnownOptions(options, [...REMOTE_NAMES, ...names], owner)
  const { allowInsecureLoopback = false, clock = systemClock } = options
  const seconds = (name: 'cacheSeconds' | 'negativeCacheSeconds', byDefault: number): number =>
    requireNumber(options[name], [0, MAX_CACHE_SECONDS], `${owner}: ${name}`, byDefault)
  return {
    cacheSeconds: seconds('cacheSeconds', 30),
    negativeCacheSeconds: seconds('negativeCacheSeconds', 5),
    allowInsecureLoopback,
    fetch: options.fetch,
    emit: createEmitter(options.onEvent),
    clock,
  }
}

/** A value that has to be there: one that is empty stands for a variable that is not set. */
export function requireText(value: unknown, path: string): string {
  if (typeof value === 'string' && value.trim() !== '') return value
  throw configError('ERR_CONFIG_NOT_A_STRING', path)
}
