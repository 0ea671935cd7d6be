import { expect, test } from 'vitest'
import { createdTaskIdOf, mayCreateTask, taskIdsOf } from '../../../src/mcp/index.ts'
import { call } from './messages.ts'

const response = (result: unknown) => ({ jsonrpc: '2.0', id: 1, result })

test.each(['tasks/get', 'tasks/result', 'tasks/update', 'tasks/cancel'])(
  'SEC-332: %s names a task',
  (method) => {
    expect(taskIdsOf(call(method, { taskId: 't' }))).toEqual(['t'])
    expect(taskIdsOf(call(method, { taskId: ['t'] }))).toEqual([])
    expect(taskIdsOf(call(method, null))).toEqual([])
  },
)

test.each([
  [null],
  [7],
  [{}],
  [call('tools/call', { name: 'x', taskId: 't' })],
  [call('tasks/list')],
])('%j names no task', (message) => {
  expect(taskIdsOf(message)).toEqual([])
})

test('SEC-332: whoever listens to tasks names them', () => {
  const listen = (notifications: unknown) =>
    taskIdsOf(call('subscriptions/listen', { notifications }))
  expect(listen({ taskIds: ['a', 'b', 7] })).toEqual(['a', 'b'])
  expect(listen({ taskIds: 'a' })).toEqual([])
  expect(listen(null)).toEqual([])
})

test.each([
  ['2025-11-25', { task: { taskId: 't', status: 'working' } }, 't'],
  ['2026-07-28', { resultType: 'task', taskId: 't', status: 'working' }, 't'],
  ['the answer to tasks/get', { resultType: 'complete', taskId: 't' }, undefined],
  ['the answer to tasks/get of 2025-11-25', { taskId: 't', status: 'working' }, undefined],
  ['a tool result', { content: [], structuredContent: { task: { taskId: 't' } } }, undefined],
  ['a handle of another type', { task: { taskId: 7 } }, undefined],
  ['nothing', null, undefined],
])('the task that a response gives out: %s', (_what, result, expected) => {
  expect(createdTaskIdOf(response(result))).toBe(expected)
})

const capable = {
  'io.modelcontextprotocol/clientCapabilities': {
    extensions: { 'io.modelcontextprotocol/tasks': {} },
  },
}

test.each([
  [call('tools/call', { name: 'x', task: { ttl: 1 } }), true],
  [call('tools/call', { name: 'x', _meta: capable }), true],
  [call('tools/call', { name: 'x', _meta: {} }), false],
  [call('tools/call'), false],
  [null, false],
])('the answer to %j may be a task: %s', (message, expected) => {
  expect(mayCreateTask(message)).toBe(expected)
})
