import { expect, test } from 'vitest'
import {
  errorResponse,
  forbiddenResponse,
  PARSE_ERROR_RESPONSE,
  requestIdOf,
} from '../../../src/mcp/index.ts'
import { call } from './messages.ts'

test.each([
  [call('ping', undefined, 0), 0],
  [call('ping', undefined, ''), ''],
  [{ method: 'ping' }, undefined],
  [{ method: 'ping', id: null }, undefined],
  [{ method: 'ping', id: Number.POSITIVE_INFINITY }, undefined],
  [{ method: 7, id: 1 }, undefined],
  [{ id: 1, result: {} }, undefined],
  [[call('ping')], undefined],
  [null, undefined],
  ['ping', undefined],
])('the id of %j is %j', (body, expected) => {
  expect(requestIdOf(body)).toBe(expected)
})

test('error responses have data only where there are any', () => {
  expect(errorResponse(null, -32_600, 'No.')).toEqual({
    jsonrpc: '2.0',
    id: null,
    error: { code: -32_600, message: 'No.' },
  })
  expect(JSON.stringify(errorResponse('a', 1, 'No.', null))).toBe(
    '{"jsonrpc":"2.0","id":"a","error":{"code":1,"message":"No.","data":null}}',
  )
})

test('the answers of the gate are pinned', () => {
  expect(forbiddenResponse(1, 'No.', { error: 'x' })).toEqual({
    jsonrpc: '2.0',
    id: 1,
    error: { code: -32_003, message: 'No.', data: { error: 'x' } },
  })
  expect(PARSE_ERROR_RESPONSE).toEqual({
    jsonrpc: '2.0',
    id: null,
    error: { code: -32_700, message: 'Parse error: the body is not JSON.' },
  })
})
