import { storedRevocations } from 'mcp-gatehouse'
import { expect, test } from 'vitest'
import { memory, type Storage } from '../../../src/storage/index.ts'
import { callerOf } from '../resource-server/callers.ts'

const issuer = 'https://as.example.com'

test('two processes share one store, and nobody else is revoked', async () => {
  const storage = memory()
  const [one, other] = [storedRevocations(storage), storedRevocations(storage)]
  await one.revoke({ issuer, subject: 'alice', before: 100 })
  expect(await other.revokedBefore(callerOf())).toBe(100)
  expect(await other.revokedBefore(callerOf({ client_id: 'other' }))).toBe(100)
  expect(await other.revokedBefore(callerOf({ sub: 'Alice' }))).toBeUndefined()
  expect(await other.revokedBefore(callerOf({}, 'https://other.example.com'))).toBeUndefined()
  await other.revoke({ issuer, clientId: 'app', before: 7 })
  expect(await one.revokedBefore(callerOf({ sub: undefined }))).toBe(7)
})

test('of fifty that revoke at the same time the latest instant stays', async () => {
  const revocations = storedRevocations(memory())
  const instants = Array.from({ length: 50 }, (_, index) => (index * 37) % 50)
  await Promise.all(
    instants.map(async (before) => revocations.revoke({ issuer, subject: 'alice', before })),
  )
  expect(await revocations.revokedBefore(callerOf())).toBe(49)
})

test('a record that is none lets nobody through', async () => {
  const storage = memory()
  const revocations = storedRevocations(storage)
  await revocations.revoke({ issuer, subject: 'alice', before: 100 })
  const [key = ''] = await keysOf(storage)
  for (const text of ['', '{}', 'null', '{"version":2,"before":1}', '{"version":1,"before":"1"}']) {
    await storage.set(key, new TextEncoder().encode(text))
    await expect(async () => revocations.revokedBefore(callerOf())).rejects.toMatchObject({
      code: 'ERR_STORAGE_TAMPERED',
    })
  }
})

test('its keys are short, and name nobody', async () => {
  const storage = memory()
  await storedRevocations(storage).revoke({ issuer, subject: 'x'.repeat(10_000), before: 1 })
  expect(await keysOf(storage)).toEqual([expect.stringMatching(/^revocation::[0-9a-f]{64}$/)])
})

async function keysOf(storage: Storage): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const key of storage.list('')) keys.push(key)
  return keys
}
