import { describe, expect, test } from 'vitest'
import { listResultOf, taskListOf, updatedResourceOf } from '../../../src/mcp/index.ts'

const response = (result: unknown) => ({ jsonrpc: '2.0', id: 1, result })
const tools = [{ name: 'a', title: 'A' }, { name: 'b' }, { name: 'c' }]

describe('RS-23: a list', () => {
  test.each([
    ['tools', { name: 'n' }, 'tool'],
    ['prompts', { name: 'n' }, 'prompt'],
    ['resources', { uri: 'n', name: 'other' }, 'resource'],
    ['resourceTemplates', { uriTemplate: 'n', name: 'other' }, 'resource'],
  ])('%s is known by its shape', (field, item, kind) => {
    const list = listResultOf(response({ [field]: [item] }))
    expect(list?.kind).toBe(kind)
    expect(list?.items.map((entry) => list.nameOf(entry))).toEqual(['n'])
  })

  test('of an older revision changes in its items alone', () => {
    const message = response({ nextCursor: 'x', tools, _meta: { a: 1 } })
    const list = listResultOf(message)
    expect(JSON.stringify(list?.withItems([tools[0], tools[2]]))).toBe(
      '{"jsonrpc":"2.0","id":1,"result":{"nextCursor":"x","tools":[{"name":"a","title":"A"},{"name":"c"}],"_meta":{"a":1}}}',
    )
  })

  test.each([
    [{ cacheScope: 'public', ttlMs: 5, resultType: 'complete' }],
    [{ ttlMs: 5 }],
    [{ resultType: 'complete' }],
  ])('with %j becomes private, also where every item stays', (fields) => {
    const list = listResultOf(response({ tools, ...fields }))
    for (const items of [tools, [...tools], []]) {
      expect(list?.withItems(items)).toEqual(
        response({ ...fields, tools: items, cacheScope: 'private' }),
      )
    }
  })

  test('that does not change is the very same message', () => {
    const old = response({ tools })
    expect(listResultOf(old)?.withItems([...tools])).toBe(old)
    const modern = response({ tools, cacheScope: 'private', ttlMs: 1 })
    expect(listResultOf(modern)?.withItems([...tools])).toBe(modern)
  })

  test('is never changed in place', () => {
    const message = response({ tools, cacheScope: 'public' })
    const before = structuredClone(message)
    listResultOf(message)?.withItems([])
    expect(message).toEqual(before)
  })

  test('with items exchanged is another message', () => {
    const items = [tools[1], tools[0], tools[2]]
    expect(listResultOf(response({ tools }))?.withItems(items)).toEqual(response({ tools: items }))
  })

  test.each([[null], [7], ['a'], [[]], [{}], [{ name: 7 }], [{ name: ['a'] }]])(
    'names nothing for %j',
    (item) => {
      expect(listResultOf(response({ tools: [item] }))?.nameOf(item)).toBeUndefined()
    },
  )

  test.each([
    [undefined],
    [null],
    [[]],
    [{}],
    [response(null)],
    [response([])],
    [response({ tools: { 0: 'a' } })],
    [response({ content: [{ type: 'text', text: '{"tools":[]}' }] })],
    [response({ content: [], structuredContent: { tools, resources: [] } })],
    [response({ capabilities: { tools: {}, prompts: {} } })],
    [response({ contents: [{ uri: 'n:///1', text: '' }] })],
    [{ jsonrpc: '2.0', id: 1, method: 'x', params: { tools } }],
    [{ jsonrpc: '2.0', id: 1, error: { code: 1, message: '', data: { tools } } }],
    [JSON.parse('{"jsonrpc":"2.0","id":1,"__proto__":{"result":{"tools":[]}}}')],
    [JSON.parse('{"jsonrpc":"2.0","id":1,"result":{"__proto__":{"tools":[]}}}')],
  ])('is not %j', (message) => {
    expect(listResultOf(message)).toBeUndefined()
  })
})

test('SEC-332: a list of tasks is known by their handles', () => {
  const tasks = [{ taskId: 'mine' }, { taskId: 'other' }, { taskId: 7 }]
  const list = taskListOf(response({ tasks, nextCursor: 'x' }))
  expect(list?.items.map((task) => list.nameOf(task))).toEqual(['mine', 'other', undefined])
  expect(list?.withItems([tasks[0]])).toEqual(response({ tasks: [tasks[0]], nextCursor: 'x' }))
  expect(taskListOf(response({ tools }))).toBeUndefined()
})

test.each([
  [{ method: 'notifications/resources/updated', params: { uri: 'n:///1' } }, 'n:///1'],
  [{ method: 'notifications/resources/updated', params: { uri: 1 } }, undefined],
  [{ method: 'notifications/resources/updated' }, undefined],
  [{ method: 'notifications/resources/list_changed', params: { uri: 'n:///1' } }, undefined],
  [null, undefined],
])('SEC-333: %j is news of %s', (message, expected) => {
  expect(updatedResourceOf(message)).toBe(expected)
})
