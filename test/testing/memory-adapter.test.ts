import { expect, test } from 'vitest'
import { createMemoryAdapter } from '../../src/testing/memory-adapter.ts'

test('a record is there until it expires, at any of its finders', async () => {
  let now = 1_000_000
  const sessions = createMemoryAdapter(() => now)('Session')
  await sessions.upsert('id', { uid: 'u', userCode: 'c' }, 60)
  const found = () =>
    Promise.all([sessions.find('id'), sessions.findByUid('u'), sessions.findByUserCode('c')])
  const record = { uid: 'u', userCode: 'c' }
  now += 59_999
  expect(await found()).toEqual([record, record, record])
  now += 1
  expect(await found()).toEqual([undefined, undefined, undefined])
})

test('models of one server do not see the records of each other', async () => {
  const adapter = createMemoryAdapter()
  await adapter('Session').upsert('id', { uid: 'u' })
  expect(await adapter('Interaction').find('id')).toBeUndefined()
  expect(await adapter('Interaction').findByUid('u')).toBeUndefined()
})

test('a consumed record says when', async () => {
  const codes = createMemoryAdapter(() => 5_999)('AuthorizationCode')
  await codes.upsert('id', { grantId: 'g' }, 60)
  await codes.consume('id')
  expect(await codes.find('id')).toEqual({ grantId: 'g', consumed: 5 })
})

test('revoking a grant removes what was issued under it, and nothing else', async () => {
  const adapter = createMemoryAdapter()
  await adapter('AccessToken').upsert('a', { grantId: 'one' })
  await adapter('RefreshToken').upsert('r', { grantId: 'one' })
  await adapter('RefreshToken').upsert('other', { grantId: 'two' })
  await adapter('RefreshToken').revokeByGrantId('one')
  expect(await adapter('AccessToken').find('a')).toBeUndefined()
  expect(await adapter('RefreshToken').find('r')).toBeUndefined()
  expect(await adapter('RefreshToken').find('other')).toEqual({ grantId: 'two' })
})
