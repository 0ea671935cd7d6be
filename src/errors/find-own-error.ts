import { ConfigError, UpstreamError } from './errors.ts'

/** Deeper than any library of ours nests what it was given. */
const MAX_DEPTH = 5

/**
 * The error of ours that a library has wrapped as a `cause`: what its `fetch` threw, as
 * `openid-client` does. `undefined` where there is none.
 */
export function findOwnError(error: unknown): ConfigError | UpstreamError | undefined {
  let current = error
  for (let depth = 0; depth < MAX_DEPTH && current instanceof Error; depth += 1) {
    if (current instanceof ConfigError || current instanceof UpstreamError) return current
    current = current.cause
  }
  return undefined
}
