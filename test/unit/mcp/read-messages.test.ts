import { describe, expect, test } from 'vitest'
import { type MessageFault, type Messages, readMessages } from '../../../src/mcp/index.ts'
import { call, headers, modernCall, modernHeaders } from './messages.ts'

const legacy = (body: unknown) => readMessages(body, headers({}))
const codeOf = (read: Messages | MessageFault) => ('code' in read ? read.code : 'read')
const things = (read: Messages | MessageFault) =>
  'code' in read ? read : read.operations.map(({ kind, name }) => `${kind} ${name}`)

describe('one message of an older revision', () => {
  test('a tool call names its tool and hands over its arguments', () => {
    expect(legacy(call('tools/call', { name: 'add', arguments: { a: 1 } }))).toEqual({
      revision: undefined,
      isBatch: false,
      operations: [
        { kind: 'tool', method: 'tools/call', name: 'add', args: { a: 1 }, requestId: 7 },
      ],
    })
  })

  test('a notification has no id', () => {
    const { id: _, ...notification } = call('tools/call', { name: 'add' })
    expect(legacy(notification)).toMatchObject({
      operations: [{ kind: 'tool', name: 'add', args: {}, requestId: undefined }],
    })
  })

  test.each([
    ['tools/call', { name: 'x', task: { ttl: 1 } }, ['tool x']],
    ['tools/call', { name: 'x', inputResponses: {}, requestState: 's' }, ['tool x']],
    ['tools/call', { name: '__proto__' }, ['tool __proto__']],
    ['prompts/get', { name: 'p', arguments: { a: 'b' } }, ['prompt p']],
    ['resources/read', { uri: 'note:///1' }, ['resource note:///1']],
    ['resources/subscribe', { uri: 'note:///1' }, ['resource note:///1']],
    ['resources/unsubscribe', { uri: 'note:///1' }, ['resource note:///1']],
    ['resources/read', { uri: 'NOTE:///1' }, ['resource NOTE:///1', 'resource note:///1']],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'p' } }, ['prompt p']],
    [
      'completion/complete',
      { ref: { type: 'ref/resource', uri: 'n:///{x}' } },
      ['resource n:///{x}'],
    ],
    [
      'subscriptions/listen',
      { notifications: { toolsListChanged: true, resourceSubscriptions: ['n:///1', 'N:///2'] } },
      ['method subscriptions/listen', 'resource n:///1', 'resource N:///2', 'resource n:///2'],
    ],
    ['subscriptions/listen', { notifications: {} }, ['method subscriptions/listen']],
    ['tasks/get', { taskId: 't' }, ['method tasks/get']],
    ['tools/list', undefined, ['method tools/list']],
    ['tools/list', null, ['method tools/list']],
    ['tools/list', [1], ['method tools/list']],
    ['Tools/Call', { name: 'x' }, ['method Tools/Call']],
    ['tools/call\0', { name: 'x' }, ['method tools/call\0']],
    ['constructor', undefined, ['method constructor']],
  ])('%s with %j asks for %j', (method, params, expected) => {
    expect(things(legacy(call(method, params)))).toEqual(expected)
  })

  test.each([
    ['tools/call', undefined],
    ['tools/call', null],
    ['tools/call', ['add']],
    ['tools/call', 'add'],
    ['tools/call', {}],
    ['tools/call', { name: null }],
    ['tools/call', { name: ['add'] }],
    ['tools/call', { name: 'add', arguments: null }],
    ['tools/call', { name: 'add', arguments: [] }],
    ['tools/call', { name: 'add', arguments: 'a' }],
    ['prompts/get', { name: 7 }],
    ['resources/read', {}],
    ['resources/read', { uri: ['n:///1'] }],
    ['resources/read', { uri: 'no uri' }],
    ['resources/read', { uri: 'file:///a/../b' }],
    ['resources/subscribe', { uri: 'file:///a/%2e%2e/b' }],
    ['resources/unsubscribe', null],
    ['completion/complete', {}],
    ['completion/complete', { ref: { type: 'ref/tool', name: 'x' } }],
    ['completion/complete', { ref: { type: 'ref/prompt', uri: 'n:///1' } }],
    ['completion/complete', { ref: { type: 'ref/resource', name: 'x' } }],
    ['completion/complete', { ref: { type: 'ref/resource', uri: 'n:///{x}/../y' } }],
    ['subscriptions/listen', {}],
    ['subscriptions/listen', { notifications: [] }],
    ['subscriptions/listen', { notifications: { resourceSubscriptions: 'n:///1' } }],
    ['subscriptions/listen', { notifications: { resourceSubscriptions: [['n:///1']] } }],
    ['subscriptions/listen', { notifications: { resourceSubscriptions: ['n:///1/..'] } }],
    ['subscriptions/listen', { notifications: { taskIds: [1] } }],
    ['tasks/get', { taskId: ['t'] }],
    ['tasks/result', {}],
    ['tasks/update', null],
    ['tasks/cancel', { taskId: 1 }],
  ])('SEC-329: %s with %j leaves open what is named', (method, params) => {
    expect(legacy(call(method, params))).toMatchObject({ status: 400, code: -32_602, requestId: 7 })
  })

  test('a thousand subscriptions may be named, not one more', () => {
    const listen = (count: number) =>
      legacy(
        call('subscriptions/listen', {
          notifications: { resourceSubscriptions: Array.from({ length: count }, () => 'n:///1') },
        }),
      )
    expect(things(listen(1_000))).toHaveLength(1_001)
    expect(codeOf(listen(1_001))).toBe(-32_602)
  })

  test('RS-21: mirrors of newer revisions mean nothing', () => {
    const header = headers({
      'mcp-protocol-version': ['2025-11-25'],
      'mcp-method': ['tools/list'],
      'mcp-name': ['harmless', 'other'],
    })
    expect(things(readMessages(call('tools/call', { name: 'add' }), header))).toEqual(['tool add'])
  })
})

describe('what is no message', () => {
  test.each([
    [undefined],
    [null],
    [7],
    ['tools/call'],
    [{}],
    [{ id: 1, method: 'ping' }],
    [{ jsonrpc: '1.0', id: 1, method: 'ping' }],
    [{ jsonrpc: 2, id: 1, method: 'ping' }],
    [{ jsonrpc: '2.0', id: 1 }],
    [{ jsonrpc: '2.0', id: 1, method: ['tools/call'] }],
    [{ jsonrpc: '2.0', id: null, method: 'ping' }],
    [{ jsonrpc: '2.0', id: {}, method: 'ping' }],
    [{ jsonrpc: '2.0', id: true, method: 'ping' }],
    [JSON.parse('{ "jsonrpc": "2.0", "id": 1e400, "method": "ping" }')],
    [JSON.parse('{ "__proto__": { "jsonrpc": "2.0", "id": 1, "method": "ping" } }')],
    [{ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'x' }, result: {} }],
    [{ jsonrpc: '2.0', id: 1, method: 'tools/call', error: null }],
    [{ jsonrpc: '2.0', id: 1, result: {}, error: {} }],
    [{ jsonrpc: '2.0', id: null, result: {} }],
    [{ jsonrpc: '2.0', result: {} }],
  ])('%j is refused', (body) => {
    expect(legacy(body)).toMatchObject({ status: 400, code: -32_600 })
  })

  test('a fault repeats nothing of the body but its id', () => {
    const fault = legacy(call('tools/call', { name: ['secret'] }, 'a'))
    expect(fault).toEqual({
      status: 400,
      code: -32_602,
      message: 'Invalid params: name is no string.',
      requestId: 'a',
    })
  })

  test.each([
    [{ jsonrpc: '2.0', id: 1, result: {} }],
    [{ jsonrpc: '2.0', id: 'a', error: { code: 1, message: '' } }],
    [{ jsonrpc: '2.0', id: null, error: { code: 1, message: '' } }],
    [{ jsonrpc: '2.0', error: { code: 1, message: '' } }],
  ])('the answer %j asks for nothing', (body) => {
    expect(legacy(body)).toEqual({ revision: undefined, isBatch: false, operations: [] })
  })
})

describe('a batch', () => {
  test('SEC-322: asks for what each of its messages asks for, in their order', () => {
    const body = [
      call('tools/list', undefined, 1),
      { jsonrpc: '2.0', id: 9, result: {} },
      { jsonrpc: '2.0', method: 'tools/call', params: { name: 'b' } },
      call('tools/call', { name: 'a' }, 2),
    ]
    const read = legacy(body)
    expect(read).toMatchObject({ isBatch: true, revision: undefined })
    expect(things(read)).toEqual(['method tools/list', 'tool b', 'tool a'])
  })

  test.each([
    ['an empty one', []],
    ['a nested one', [[call('ping')]]],
    ['one with something else in it', [call('ping'), 7]],
    ['one with a modern request', [call('ping'), modernCall('ping')]],
    ['one with a modern notification', [{ ...modernCall('x'), id: undefined, method: 'x' }]],
    ['one of 101', Array.from({ length: 101 }, () => call('ping'))],
    ['one of 10,000', Array.from({ length: 10_000 }, () => call('ping'))],
  ])('%s is refused', (_what, body) => {
    expect(legacy(JSON.parse(JSON.stringify(body)))).toMatchObject({
      code: -32_600,
      requestId: undefined,
    })
  })

  test('a hundred messages are read', () => {
    expect(things(legacy(Array.from({ length: 100 }, () => call('ping'))))).toHaveLength(100)
  })

  test('one call without a name spoils it all', () => {
    expect(codeOf(legacy([call('ping'), call('tools/call', {})]))).toBe(-32_602)
  })

  test('there is none under a modern header', () => {
    expect(codeOf(readMessages([call('ping')], modernHeaders('ping')))).toBe(-32_600)
  })
})
