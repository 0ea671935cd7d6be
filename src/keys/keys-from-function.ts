import { ConfigError } from '../errors/index.ts'
import { requireKnownOptions } from '../options/index.ts'
import { checkStoredKeys, type KeySource } from './key-source.ts'

export interface KeyFunctionOptions {
  /** Names the source in errors. @defaultValue `Key function` */
  readonly name?: string
  /** How often the function is called again, at least 1. @defaultValue 300 */
  readonly checkSeconds?: number
  /** How long one call may take, at least 1. @defaultValue 5 */
  readonly timeoutSeconds?: number
}

/** How soon it is called again for an unknown `kid`, which anybody can make up. */
const RECHECK_SECONDS = 10
const OPTIONS: readonly string[] = [
  'name',
  'checkSeconds',
  'timeoutSeconds',
] satisfies (keyof KeyFunctionOptions)[]

/**
 * Reads keys by calling a function, such as one that asks a key management service for a secret.
 * The keys that it gives are used in this process: signing by the service itself is NOT supported.
 *
 * @param load Gives a private JSON Web Key Set; the same object as before where it has not changed.
 * @throws {ConfigError} `ERR_CONFIG_KEY_INVALID` from `read()`, where the function fails, takes too
 *   long or gives something else; what it threw is the cause.
 */
export function keysFromFunction(
  load: (signal: AbortSignal) => unknown,
  options: KeyFunctionOptions = {},
): KeySource {
  requireKnownOptions(options, OPTIONS, 'keysFromFunction')
  const { name = 'Key function', checkSeconds = 300, timeoutSeconds = 5 } = options
  for (const [option, value] of Object.entries({ checkSeconds, timeoutSeconds })) {
    if (value >= 1) continue
    throw new ConfigError('ERR_CONFIG_NUMBER_RANGE', `${option} (at least 1)`)
  }
  return {
    name,
    checkSeconds,
    recheckSeconds: RECHECK_SECONDS,
    async read() {
      const document = await call(load, timeoutSeconds).catch((cause: unknown) => {
        throw new ConfigError('ERR_CONFIG_KEY_INVALID', `${name} (failed)`, { cause })
      })
      return checkStoredKeys(document, 'ERR_CONFIG_KEY_INVALID', name)
    },
  }
}

async function call(
  load: (signal: AbortSignal) => unknown,
  timeoutSeconds: number,
): Promise<unknown> {
  const controller = new AbortController()
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    controller.abort()
    late.reject(new Error(`No keys within ${timeoutSeconds} s`))
  }, timeoutSeconds * 1_000)
  try {
    return await Promise.race([load(controller.signal), late.promise])
  } finally {
    clearTimeout(timer)
  }
}
