import { ConfigError } from '../../errors/index.ts'

/**
 * Runs something whose mistakes are told under other names than those of the file.
 *
 * @param names What messages begin with, and the key that it is.
 */
export async function underKeys<Result>(
  names: readonly (readonly [begin: RegExp, key: string])[],
  run: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof ConfigError) {
      const [begin, key] = names.find(([pattern]) => pattern.test(error.message)) ?? []
      if (begin !== undefined) error.message = error.message.replace(begin, key ?? '')
    }
    throw error
  }
}
