import { expect } from 'vitest'
import { CLIENT_DOCUMENT_ERROR } from '../../../src/authorization-server/clients/index.ts'
import type { Answer, ClientsWorld } from './clients-world.ts'

/** What a client is told whose document could not be used. */
export const GENERIC = { error: 'invalid_client', error_description: CLIENT_DOCUMENT_ERROR }

/** The server's own page, and nothing that leads to the client. */
export function expectRefused(answer: Answer): void {
  expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
  expect(answer.body).toMatchObject(GENERIC)
}

/** Expects that the client is known, and the user is asked. */
export function expectAccepted(answer: Answer): void {
  expect([answer.status, answer.text]).toEqual([303, expect.any(String)])
  expect(answer.headers.get('location')).toMatch(/\/interaction\//)
}

/** Why documents were refused since the last look. */
export function reasons(world: ClientsWorld): readonly string[] {
  return world.takeEvents().flatMap((event) => {
    if (event.type !== 'client.document_refused') return []
    expect(event.at).toBe(world.clock.now())
    return event.reason
  })
}
