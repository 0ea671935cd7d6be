import { expect, test } from 'vitest'
import { listResultOf } from '../../../src/mcp/index.ts'
import { definePolicy, filterList } from '../../../src/policy/index.ts'
import { granted } from './caller.ts'

const policy = definePolicy({
  tools: { find: 'read', drop: 'write' },
  resources: { 'note://{id}': 'read' },
})

function shownOf(result: object): unknown {
  const message = { jsonrpc: '2.0', id: 1, result }
  const list = listResultOf(message)
  if (list === undefined) throw new Error('no list')
  return filterList(list, policy, granted('read'))
}

test('a list keeps what the caller may use, in its order', () => {
  const [find, drop] = [{ name: 'find' }, { name: 'drop' }]
  expect(shownOf({ tools: [drop, find, drop, find], nextCursor: 'x' })).toMatchObject({
    result: { tools: [find, find], nextCursor: 'x' },
  })
  expect(shownOf({ tools: [drop] })).toMatchObject({ result: { tools: [] } })
})

test('the rules are those of what is listed', () => {
  expect(shownOf({ resources: [{ uri: 'note://1' }, { uri: 'find' }] })).toMatchObject({
    result: { resources: [{ uri: 'note://1' }] },
  })
})

test.each([[{}], [{ name: 7 }], [null], ['find']])('%j has no name, and is left out', (item) => {
  expect(shownOf({ tools: [item, { name: 'find' }] })).toMatchObject({
    result: { tools: [{ name: 'find' }] },
  })
})
