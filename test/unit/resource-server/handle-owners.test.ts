import { describe, expect, test } from 'vitest'
import {
  createHandleMemory,
  createHandleOwners,
} from '../../../src/resource-server/handle-owners.ts'
import { createMemoryRevocations } from '../../../src/revocation/index.ts'
import { createTestClock } from '../../security/support/test-clock.ts'
import { callerOf } from './callers.ts'

function start() {
  const clock = createTestClock()
  const revocations = createMemoryRevocations()
  return {
    clock,
    revocations,
    owners: createHandleOwners(createHandleMemory().sessions, clock, revocations),
  }
}

const alice = callerOf()
const issuer = 'https://as.example.com'

test('a handle is of whom it was given to, with whichever token', async () => {
  const { owners } = start()
  owners.bind('h', alice)
  expect(await owners.isOwnedBy('h', alice)).toBe(true)
  expect(await owners.isOwnedBy('h', callerOf({ scope: 'more', jti: 'new' }))).toBe(true)
})

test.each([
  ['another user', callerOf({ sub: 'bob' })],
  ['another client', callerOf({ client_id: 'other' })],
  ['no client', callerOf({ client_id: undefined })],
  ['another issuer', callerOf({}, 'https://other.example.com')],
  ['the client itself', callerOf({ sub: undefined })],
])('%s does not own it', async (_what, caller) => {
  const { owners } = start()
  owners.bind('h', alice)
  expect(await owners.isOwnedBy('h', caller)).toBe(false)
  expect(await owners.isOwnedBy('h', alice)).toBe(true)
})

test.each(['', 'H', '__proto__', 'constructor'])('%j was given to nobody', async (handle) => {
  const { owners } = start()
  owners.bind('h', alice)
  expect(await owners.isOwnedBy(handle, alice)).toBe(false)
  owners.bind(handle, alice)
  expect(await owners.isOwnedBy(handle, alice)).toBe(true)
})

test('the first owner stays, until the handle is forgotten', async () => {
  const { owners } = start()
  const bob = callerOf({ sub: 'bob' })
  owners.bind('h', alice)
  owners.bind('h', bob)
  expect([await owners.isOwnedBy('h', alice), await owners.isOwnedBy('h', bob)]).toEqual([
    true,
    false,
  ])
  owners.forget('h')
  expect(await owners.isOwnedBy('h', alice)).toBe(false)
  owners.bind('h', bob)
  expect(await owners.isOwnedBy('h', bob)).toBe(true)
})

describe('revocation', () => {
  test('ends what was given out before, for a caller with a new token too', async () => {
    const { clock, revocations, owners } = start()
    owners.bind('old', alice)
    clock.pass(10)
    await revocations.revoke({ issuer, subject: 'alice', before: clock.now() })
    owners.bind('new', alice)
    expect(await owners.isOwnedBy('old', alice)).toBe(false)
    expect(await owners.isOwnedBy('new', alice)).toBe(true)
    expect(await owners.isOwnedBy('old', alice)).toBe(false)
  })

  test('that cannot be looked up lets nobody in', async () => {
    const failing = {
      revoke: () => undefined,
      revokedBefore: () => Promise.reject(new Error('store is down')),
    }
    const owners = createHandleOwners(createHandleMemory().sessions, createTestClock(), failing)
    owners.bind('h', alice)
    await expect(owners.isOwnedBy('h', alice)).rejects.toThrow('store is down')
    expect(await owners.isOwnedBy('h', callerOf({ sub: 'bob' }))).toBe(false)
  })
})

test('a hundred thousand are kept; the one that was used last stays', async () => {
  const { owners } = start()
  owners.bind('used', alice)
  owners.bind('unused', alice)
  for (let index = 0; index < 99_998; index += 1) owners.bind(`handle ${index}`, alice)
  expect(await owners.isOwnedBy('used', alice)).toBe(true)
  owners.bind('one more', alice)
  expect(await owners.isOwnedBy('unused', alice)).toBe(false)
  expect(await owners.isOwnedBy('used', alice)).toBe(true)
})
