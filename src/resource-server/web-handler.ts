import { configError } from './options/index.ts'

// Segments of plain characters: nothing that a router could decode, fold or normalise.
const EXACT_PATH = /^(?:\/|(?:\/(?!\.\.?(?:\/|$))[A-Za-z0-9._~-]+)+\/?)$/

/** Checks paths that need no token: exact ones, which no spelling of a protected path can equal. */
export function parsePublicPaths(paths: readonly string[]): ReadonlySet<string> {
  const wrong = paths.find((path) => typeof path !== 'string' || !EXACT_PATH.test(path))
  if (wrong !== undefined) throw configError('ERR_CONFIG_PATH_INVALID', `publicPaths (${wrong})`)
  return new Set(paths)
}

/** Sets fields on an answer, on a copy where its headers are immutable. */
export function withHeaders(answer: Response, headers: Readonly<Record<string, string>>): Response {
  const entries = Object.entries(headers)
  if (entries.length === 0) return answer
  const copy = new Response(answer.body, answer)
  for (const [name, value] of entries) {
    // What the handler varies by stays true.
    if (name === 'Vary') copy.headers.append(name, value)
    else copy.headers.set(name, value)
  }
  return copy
}
