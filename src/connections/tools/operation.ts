import { isObject, sha256Hex } from '../../runtime/index.ts'
import type { McpCall } from './mcp-call.ts'

/** Digest of what a call is: the same for the same call again, whatever the order of its arguments. */
export async function operationDigest(
  { method, name, input }: McpCall,
  services: readonly string[],
): Promise<string> {
  return sha256Hex(JSON.stringify([method, name, services, input], sortMembers))
}

function sortMembers(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => order(one, other)))
}

function order(one: string, other: string): number {
  return one < other ? -1 : 1
}
