import type { Condition } from './storage.ts'

/** Whether a write may happen where the record has this version, or is not there. */
export function holds(condition: Condition | undefined, version: string | undefined): boolean {
  if (condition === undefined || condition === 'any') return true
  return condition === 'absent' ? version === undefined : version === condition.version
}
