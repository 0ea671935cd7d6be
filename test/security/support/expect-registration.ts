import { expect } from 'vitest'
import type { Answer } from './clients-world.ts'

/** Expects an error answer of the registration or token endpoint. */
export function expectRegistrationRefused(answer: Answer, error: string, status = 400): void {
  expect([answer.status, answer.body['error']]).toEqual([status, error])
  expect(answer.headers.get('cache-control')).toBe('no-store')
}
