import { expect, test } from 'vitest'
import { createRegister } from '../../../src/runtime/index.ts'

test('what is in can be listed, whatever is taken out in between', () => {
  const register = createRegister<string>()
  const [removeA, removeB, removeC] = ['a', 'b', 'c'].map((item) => register.add(item))
  expect(removeA?.()).toBe(true)
  expect(removeA?.()).toBe(false)
  expect([register.size, register.list()]).toEqual([2, ['c', 'b']])
  const removeD = register.add('d')
  expect(removeC?.()).toBe(true)
  expect(register.list()).toEqual(['d', 'b'])
  expect([removeD(), removeB?.(), register.size]).toEqual([true, true, 0])
})

test('a list is of its moment', () => {
  const register = createRegister<string>()
  const remove = register.add('a')
  register.add('b')
  const list = register.list()
  remove()
  expect(list).toEqual(['a', 'b'])
})

test('the same item can be in twice', () => {
  const register = createRegister<string>()
  const remove = register.add('a')
  register.add('a')
  remove()
  expect(register.list()).toEqual(['a'])
})
