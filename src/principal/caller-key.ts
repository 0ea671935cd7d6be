import type { Principal } from './principal.ts'

/** Identifies a principal together with the client that acts for it. */
export function callerKey({ id, clientId }: Principal<unknown>): string {
  return JSON.stringify([id, clientId ?? null])
}
