import { storedRevocations } from 'mcp-gatehouse'
import { describe, expect, test } from 'vitest'
import { buildPrincipal, callerKey } from '../../src/principal/index.ts'
import { RECORD_KINDS, recordKey } from '../../src/runtime/index.ts'
import { memory, sealed } from '../../src/storage/index.ts'
import { bytes, collect, read } from '../../src/testing/storage-contract/world.ts'
import { openAs } from '../contract/next-release.ts'
import { targetKinds } from '../contract/targets.ts'
import { callerOf } from '../unit/resource-server/callers.ts'
import { newRing } from '../unit/storage/sealed-support.ts'

const ISSUERS = ['https://a.example.com', 'https://b.example.com', 'https://a.example.com/']
const TENANTS = [undefined, 'acme', 'Acme', 'acme ', 'other', '*', '']
/** One name to a human reader, and different ones to the issuer. */
const SUBJECTS = [
  'alice',
  'Alice',
  'alice ',
  ' alice',
  'caf\u00e9',
  'cafe\u0301',
  'İ',
  'i',
  'a\u200b',
]

const everybody = ISSUERS.flatMap((issuer) =>
  TENANTS.flatMap((tenant) =>
    SUBJECTS.map((sub) => {
      const caller = callerOf({ sub, tid: tenant }, issuer)
      return { caller, isTenant: tenant !== '' }
    }),
  ),
)
// A tenant that is empty is none.
const callers = everybody.filter(({ isTenant }) => isTenant).map(({ caller }) => caller)

describe('SEC-277 SEC-278 one sub of several issuers and tenants, and names that look the same', () => {
  test('are different callers, and have different records of every kind', async () => {
    expect(new Set(callers.map(callerKey)).size).toBe(callers.length)
    for (const kind of RECORD_KINDS) {
      const keys = callers.map((caller) => recordKey(kind, caller.tenant, callerKey(caller)))
      expect(new Set(await Promise.all(keys)).size).toBe(callers.length)
    }
  })

  test('are revoked one by one; the tenant makes no difference there', async () => {
    const revocations = storedRevocations(memory())
    const issuer = 'https://a.example.com'
    await revocations.revoke({ issuer, subject: 'caf\u00e9', before: 100 })
    for (const caller of callers) {
      const isRevoked = caller.issuer === issuer && caller.subject === 'caf\u00e9'
      expect(await revocations.revokedBefore(caller)).toBe(isRevoked ? 100 : undefined)
    }
  })

  test('a user name or an e-mail address stands for no sub', () => {
    const claims = { preferred_username: 'alice', email: 'alice@example.com', upn: 'alice' }
    expect(buildPrincipal('https://a.example.com', claims, {}, claims)).toBeUndefined()
  })
})

for (const { name, missing, create } of await targetKinds()) {
  describe.skipIf(missing !== '')(`on ${name}${missing}`, { timeout: 60_000 }, () => {
    const [shared, tenanted] = [create(), create()]

    test('SEC-277 SEC-278 each caller reads what was written for it, and nothing else', async () => {
      const storage = await sealed(await openAs('this', shared), await newRing())
      const keys = await Promise.all(
        callers.map((caller) => recordKey('revocation', caller.tenant, callerKey(caller))),
      )
      const writes = callers.map((caller, index) => ({
        kind: 'set' as const,
        key: keys[index] ?? '',
        value: bytes(caller.id),
        tags: [caller.id],
      }))
      for (let start = 0; start < writes.length; start += 100) {
        expect(await storage.commit(writes.slice(start, start + 100))).toBe(true)
      }
      const values = await Promise.all(keys.map((key) => read(storage, key)))
      expect(values).toEqual(callers.map(({ id }) => id))
      const tagged = await Promise.all(callers.map(({ id }) => collect(storage.listByTag(id))))
      expect(tagged).toEqual(keys.map((key) => [key]))
      await storage.close()
    })

    test('SEC-294 a tenant that is deleted by its tag leaves no record of any kind, and others keep theirs', async () => {
      const store = await openAs('this', tenanted)
      const storage = await sealed(store, await newRing())
      for (const tenant of ['acme', 'Acme', 'acme2']) {
        for (const kind of RECORD_KINDS) {
          for (let index = 0; index < 5; index += 1) {
            const options = { tags: [`tenant:${tenant}`, `user:${index}`] }
            await storage.set(`${kind}:${tenant}:${index}`, bytes(tenant), options)
          }
        }
      }
      const count = RECORD_KINDS.length * 5
      expect(await storage.deleteByTag('tenant:acme')).toBe(count)
      const left = await collect(store.list(''))
      expect(left.filter((key) => key.split(':')[1] === 'acme')).toEqual([])
      expect(left.filter((key) => key.split(':')[1] === 'Acme')).toHaveLength(count)
      expect(await collect(storage.listByTag('tenant:acme2'))).toHaveLength(count)
      expect(await collect(storage.listByTag('user:1'))).toHaveLength((count * 2) / 5)
      await storage.close()
    })
  })
}
