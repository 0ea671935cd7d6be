import { requireKnownOptions, requireNumber, requireType } from '../../options/index.ts'
import type { AskSettings } from './user-ask.ts'

/** Options of `connections.require`. */
export interface RequireOptions {
  /**
   * What happens on 2025-11-25: `fail-fast` ends the call with the error `-32042`, and the client
   * calls again; `wait` keeps the call open until the user is done. Later revisions have one way.
   * @defaultValue 'fail-fast'
   */
  readonly mode?: 'fail-fast' | 'wait'
  /**
   * How long a user who has agreed to open the link is waited for, in seconds; 600 at most. Clients
   * end calls of 2025-11-25 that take longer than they like, often after 60 s. @defaultValue 120
   */
  readonly waitSeconds?: number
  /** What the connection is for, as users read it: `'to list your issues'`. @defaultValue the tool's name */
  readonly purpose?: string
}

/** The names of {@link RequireOptions}. */
const OPTIONS: readonly string[] = [
  'mode',
  'waitSeconds',
  'purpose',
] satisfies (keyof RequireOptions)[]

const PATH = 'connections.require: '
const MAX_WAIT_SECONDS = 600

/** @throws {ConfigError} naming the option */
export function readRequireOptions(options: RequireOptions): AskSettings {
  requireKnownOptions(options, OPTIONS, 'connections.require')
  const { mode = 'fail-fast', waitSeconds, purpose } = options
  requireType(mode === 'fail-fast' || mode === 'wait', `${PATH}mode`, "'fail-fast' or 'wait'")
  requireType(purpose === undefined || typeof purpose === 'string', `${PATH}purpose`, 'a string')
  return {
    mode,
    waitSeconds: requireNumber(waitSeconds, [0, MAX_WAIT_SECONDS], `${PATH}waitSeconds`, 120),
    purpose,
  }
}
