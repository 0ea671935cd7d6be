import type * as sdk from '@modelcontextprotocol/server'
import { hasDelicateNumbers, parseKeepingNumbers } from '../exact-numbers.ts'

/**
 * Parses a message, or a batch of them, so that it is written with the numbers that it had. An id stays
 * what it is in JavaScript: it is compared.
 *
 * @throws {SyntaxError} for no JSON
 */
export function parseExactly(text: string): unknown {
  const value: unknown = JSON.parse(text)
  if (Array.isArray(value) || !hasDelicateNumbers(text)) return value
  const { id } = value as { readonly id?: unknown }
  return { ...(parseKeepingNumbers(text) as object), ...(id !== undefined && { id }) }
}

/** A line of a process; `undefined` where it is no message. */
export function parseLine(
  { parseJSONRPCMessage }: typeof sdk,
  line: string,
): sdk.JSONRPCMessage | undefined {
  try {
    return parseJSONRPCMessage(parseExactly(line))
  } catch {
    return undefined
  }
}
