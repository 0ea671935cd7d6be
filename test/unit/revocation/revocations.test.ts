import { expect, test } from 'vitest'
import { createMemoryRevocations } from '../../../src/revocation/index.ts'
import { callerOf } from '../resource-server/callers.ts'

const issuer = 'https://as.example.com'
const alice = callerOf()
const service = callerOf({ sub: undefined })

test('a user is revoked through whichever client, and nobody else is', async () => {
  const revocations = createMemoryRevocations()
  await revocations.revoke({ issuer, subject: 'alice', before: 100 })
  for (const caller of [alice, callerOf({ client_id: 'other' }), callerOf({ tid: 'acme' })]) {
    expect(await revocations.revokedBefore(caller)).toBe(100)
  }
  for (const caller of [
    callerOf({ sub: 'bob' }),
    callerOf({ sub: 'Alice' }),
    callerOf({}, 'https://other.example.com'),
    callerOf({ sub: undefined, client_id: 'alice' }),
    service,
  ]) {
    expect(await revocations.revokedBefore(caller)).toBeUndefined()
  }
})

test('a client that acts for itself is revoked, and its users are not', async () => {
  const revocations = createMemoryRevocations()
  await revocations.revoke({ issuer, clientId: 'app', before: 100 })
  expect(await revocations.revokedBefore(service)).toBe(100)
  expect(await revocations.revokedBefore(alice)).toBeUndefined()
  expect(await revocations.revokedBefore(callerOf({ sub: 'app' }))).toBe(100)
})

test('the later instant stays', async () => {
  const revocations = createMemoryRevocations()
  for (const before of [100, 300, 200]) {
    await revocations.revoke({ issuer, subject: 'alice', before })
  }
  expect(await revocations.revokedBefore(alice)).toBe(300)
})

test.each(['__proto__', 'constructor', '["x"]', '\u0000'])('%j is a name', async (subject) => {
  const revocations = createMemoryRevocations()
  await revocations.revoke({ issuer, subject: 'x', before: 1 })
  expect(await revocations.revokedBefore(callerOf({ sub: subject }))).toBeUndefined()
  await revocations.revoke({ issuer, subject, before: 100 })
  expect(await revocations.revokedBefore(callerOf({ sub: subject }))).toBe(100)
})
