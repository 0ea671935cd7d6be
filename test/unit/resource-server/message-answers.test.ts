import { expect, test } from 'vitest'
import type { Messages, Operation, OperationKind } from '../../../src/mcp/index.ts'
import {
  faultBody,
  forbiddenBody,
  hiddenAnswer,
  laterBody,
  unknownSessionBody,
  unknownTaskBody,
} from '../../../src/resource-server/message-answers.ts'

const METHODS: Readonly<Record<OperationKind, string>> = {
  tool: 'tools/call',
  resource: 'resources/read',
  prompt: 'prompts/get',
  method: 'logging/setLevel',
}

const operationOf = (
  kind: OperationKind,
  name: string,
  requestId?: string | number,
): Operation => ({ kind, method: METHODS[kind], name, args: {}, requestId })

const single = (operation: Operation, revision?: string): Messages => ({
  revision,
  isBatch: false,
  operations: [operation],
})

const batch = (...operations: Operation[]): Messages => ({
  revision: undefined,
  isBatch: true,
  operations,
})

const errorOf = (id: string | number | null, code: number, message: string, data?: unknown) => ({
  jsonrpc: '2.0',
  id,
  error: { code, message, ...(data !== undefined && { data }) },
})

test.each([
  ['tool', 'drop', -32_602, 'Tool drop not found', undefined],
  ['prompt', 'plan', -32_602, 'Prompt plan not found', undefined],
  ['resource', 'a://b', -32_602, 'Resource not found: a://b', { uri: 'a://b' }],
  ['method', 'logging/setLevel', -32_601, 'Method not found', undefined],
] as const)(
  'a hidden %s is answered as one that does not exist',
  async (kind, name, code, text, data) => {
    const operation = operationOf(kind, name, 7)
    const answer = hiddenAnswer([operation], single(operation))
    expect([answer.status, await answer.json()]).toEqual([200, errorOf(7, code, text, data)])
  },
)

test.each([
  ['method', '2026-07-28', 404],
  ['method', undefined, 200],
  ['tool', '2026-07-28', 200],
] as const)('a hidden %s on revision %s is %i', (kind, revision, status) => {
  const operation = operationOf(kind, 'it', 7)
  expect(hiddenAnswer([operation], single(operation, revision)).status).toBe(status)
})

test('each request of a batch that names something hidden is answered once, and none is run', async () => {
  const hidden = operationOf('prompt', 'plan', 'b')
  const other = operationOf('tool', 'find', 'a')
  const messages = batch(other, hidden, other, operationOf('tool', 'drop'))
  const answer = hiddenAnswer([hidden], messages)
  expect([answer.status, await answer.json()]).toEqual([
    200,
    [
      errorOf('a', -32_600, 'Not run: the batch names something unknown.'),
      errorOf('b', -32_602, 'Prompt plan not found'),
    ],
  ])
})

test.each([
  ['alone', single(operationOf('tool', 'drop'))],
  ['in a batch', batch(operationOf('tool', 'drop'), operationOf('tool', 'find'))],
])('a hidden notification %s is accepted and not answered', async (_title, messages) => {
  const answer = hiddenAnswer(messages.operations.slice(0, 1), messages)
  expect([answer.status, await answer.text()]).toEqual([202, ''])
})

const MESSAGES = single(operationOf('tool', 'find', 7))
const DATA = { error: 'why' }

test('one request is refused by a JSON-RPC error with its id', () => {
  expect(forbiddenBody(MESSAGES, 'No.', DATA)).toMatchObject({ id: 7, error: { data: DATA } })
  expect(laterBody(MESSAGES, 'Later.', DATA)).toEqual(errorOf(7, -32_000, 'Later.', DATA))
})

test.each([
  ['a batch', batch(operationOf('tool', 'find', 7))],
  ['a notification', single(operationOf('tool', 'find'))],
  ['a body without a message', { ...MESSAGES, operations: [] }],
  ['no body', undefined],
])('%s is refused by OAuth JSON alone', (_title, messages) => {
  expect(forbiddenBody(messages, 'No.', DATA)).toBe(DATA)
  expect(laterBody(messages, 'Later.', DATA)).toBe(DATA)
})

test.each([
  [7, MESSAGES],
  [null, batch(operationOf('tool', 'find', 7))],
  [null, undefined],
])('sessions and tasks of others are not found, with the id %j', (id, messages) => {
  expect(unknownSessionBody(messages)).toEqual(errorOf(id, -32_001, 'Session not found'))
  expect(unknownTaskBody(messages)).toEqual(errorOf(id, -32_602, 'Task not found'))
})

test.each([[7], [undefined]])(
  'a fault of the message with the id %j names it or null',
  (requestId) => {
    const body = faultBody({ status: 400, code: -32_600, message: 'Wrong.', requestId })
    expect(body).toEqual(errorOf(requestId ?? null, -32_600, 'Wrong.'))
  },
)
