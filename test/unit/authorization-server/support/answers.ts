import { vi } from 'vitest'
import type { Storage } from '../../../../src/storage/index.ts'
import type { Answer } from './provider-node.ts'

export const INVALID_GRANT = { status: 400, body: { error: 'invalid_grant' } } as const

export function refreshTokenOf({ body }: Pick<Answer, 'body'>): string {
  return String(body['refresh_token'])
}

export function accessTokenOf({ body }: Pick<Answer, 'body'>): string {
  return String(body['access_token'])
}

/** Stops `Date`, which every clock of a node goes by, until `vi.useRealTimers()`. */
export function stopTime(): void {
  vi.useFakeTimers({ toFake: ['Date'] })
}

/** Lets time pass that was stopped. */
export function pass(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1_000)
}

/** The keys of all records of a kind. */
export async function keysOf(storage: Storage, kind: string): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const key of storage.list(`${kind}:`)) keys.push(key)
  return keys
}
