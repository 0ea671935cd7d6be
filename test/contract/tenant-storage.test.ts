import { storageContract } from 'mcp-gatehouse/testing'
import { describe, expect, test } from 'vitest'
import { memory, tenantStorage } from '../../src/storage/index.ts'
import { bytes, collect, read } from '../../src/testing/storage-contract/world.ts'

describe.concurrent('contract', () => {
  // Those cases are about keys as long as the store can keep, of which the tenant takes some bytes.
  const cases = storageContract(async () => tenantStorage(memory(), 'acme')).filter(
    ({ name }) => !/any text is a key|1,024 bytes/.test(name),
  )
  test.each(cases)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

test('tenants of one store have records, tags and locks of the same names', async () => {
  const store = memory()
  const [acme, globex] = [tenantStorage(store, 'acme'), tenantStorage(store, 'globex')]
  for (const [storage, value] of [
    [acme, 'of acme'],
    [globex, 'of globex'],
  ] as const) {
    await storage.set('key', bytes(value), { tags: ['tag'] })
    expect(await storage.lock('name', 60)).toBeDefined()
  }
  expect([await read(acme, 'key'), await read(globex, 'key')]).toEqual(['of acme', 'of globex'])
  expect(await acme.deleteByTag('tag')).toBe(1)
  expect([await collect(acme.list('')), await collect(globex.listByTag('tag'))]).toEqual([
    [],
    ['key'],
  ])
  expect(await store.get('key')).toBeUndefined()
})
