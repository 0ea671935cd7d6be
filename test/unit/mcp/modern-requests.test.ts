import { describe, expect, test } from 'vitest'
import { isModernRevision, readMessages } from '../../../src/mcp/index.ts'
import {
  call,
  encoded,
  headers,
  modernCall,
  modernHeaders,
  REVISION,
  REVISION_KEY,
} from './messages.ts'

const add = modernCall('tools/call', { name: 'add', arguments: { a: 1 } })
const MISMATCH = { status: 400, code: -32_020, requestId: 7 }

test.each([
  ['2026-07-28', true],
  ['2027-01-01', true],
  ['2025-11-25', false],
  ['', false],
  [undefined, false],
])('%s is of the modern era: %s', (revision, expected) => {
  expect(isModernRevision(revision)).toBe(expected)
})

test('a request that agrees with its header is read', () => {
  expect(readMessages(add, modernHeaders('tools/call', 'add'))).toEqual({
    revision: REVISION,
    isBatch: false,
    operations: [{ kind: 'tool', method: 'tools/call', name: 'add', args: { a: 1 }, requestId: 7 }],
  })
})

test.each([
  ['resources/subscribe', { uri: 'note:///1' }],
  ['resources/unsubscribe', {}],
  ['tasks/result', { taskId: 't' }],
  ['tasks/list', {}],
])('%s is an unknown method since 2026-07-28, whatever it names', (method, params) => {
  expect(readMessages(modernCall(method, params), modernHeaders(method, 't'))).toEqual({
    status: 404,
    code: -32_601,
    message: 'Method not found',
    requestId: 7,
  })
})

describe('RS-20: header and body', () => {
  const uri = 'note:///1'
  test.each([
    ['spaces around it', 'add', ' \t add\t '],
    ['an encoded name', 'add', encoded('add')],
    ['a name beyond ASCII', 'größe', encoded('größe')],
    ['a name with a byte order mark', '\uFEFFadd', encoded('\uFEFFadd')],
    ['a name that looks encoded', '=?base64?x?=', encoded('=?base64?x?=')],
    ['a prefix alone', '=?base64?YWRk', '=?base64?YWRk'],
    ['a prefix and a suffix that overlap', '=?base64?=', '=?base64?='],
    ['an empty name', '', ''],
  ])('agree: %s', (_what, name, field) => {
    const body = modernCall('tools/call', { name })
    const read = readMessages(body, modernHeaders('tools/call', field))
    expect(read).toMatchObject({ operations: [{ name }] })
  })

  test.each([
    ['another name', 'add', 'del'],
    ['another case', 'add', 'Add'],
    ['a name encoded twice', 'add', encoded(encoded('add'))],
    ['white space inside the encoding', 'add', '=?base64?YW Rk?='],
    ['missing padding', 'a', '=?base64?YQ?='],
    ['stray bits', 'a', '=?base64?YR==?='],
    ['no base64', 'add', '=?base64?!?='],
    ['no UTF-8', '\uFFFD', '=?base64?/w==?='],
    ['an upper-case prefix', 'add', '=?BASE64?YWRk?='],
    ['raw Latin-1', 'größe', 'größe'],
    ['a control character', 'a\x01', 'a\x01'],
    ['two names joined by the platform', 'add', 'add, add'],
  ])('disagree: %s', (_what, name, field) => {
    const body = modernCall('tools/call', { name })
    expect(readMessages(body, modernHeaders('tools/call', field))).toMatchObject(MISMATCH)
  })

  test.each([
    ['resources/read', { uri }, uri],
    ['prompts/get', { name: 'p' }, 'p'],
    ['tasks/get', { taskId: 't' }, 't'],
    ['tasks/update', { taskId: 't' }, 't'],
    ['tasks/cancel', { taskId: 't' }, 't'],
  ])('%s mirrors what it names', (method, params, name) => {
    const read = (named?: string) =>
      readMessages(modernCall(method, params), modernHeaders(method, named))
    expect(read(name)).toMatchObject({ revision: REVISION })
    expect(read('other')).toMatchObject(MISMATCH)
    expect(read()).toMatchObject(MISMATCH)
  })

  test('methods that name nothing need no Mcp-Name', () => {
    expect(readMessages(modernCall('tools/list'), modernHeaders('tools/list'))).toMatchObject({
      revision: REVISION,
    })
  })

  test.each([
    ['no revision', { 'mcp-protocol-version': [] }],
    ['another revision', { 'mcp-protocol-version': ['2025-11-25'] }],
    ['a later revision', { 'mcp-protocol-version': ['2027-01-01'] }],
    ['the revision twice', { 'mcp-protocol-version': [REVISION, REVISION] }],
    ['no method', { 'mcp-method': [] }],
    ['another method', { 'mcp-method': ['tools/list'] }],
    ['the method in capitals', { 'mcp-method': ['TOOLS/CALL'] }],
    ['the method twice', { 'mcp-method': ['tools/call', 'tools/call'] }],
    ['an encoded method', { 'mcp-method': [encoded('tools/call')] }],
    ['no name', { 'mcp-name': [] }],
    ['the name twice', { 'mcp-name': ['add', 'add'] }],
    ['two names', { 'mcp-name': ['add', 'del'] }],
  ])('disagree: %s', (_what, lines) => {
    expect(readMessages(add, modernHeaders('tools/call', 'add', lines))).toMatchObject(MISMATCH)
  })

  test('a fault names no value', () => {
    const fault = readMessages(add, modernHeaders('tools/call', 'secret'))
    expect(fault).toEqual({
      ...MISMATCH,
      message: 'Header mismatch: Mcp-Name is not the name of the body.',
    })
  })
})

describe('the revision', () => {
  test('a modern header alone makes no modern request', () => {
    const header = modernHeaders('tools/call', 'add')
    expect(readMessages(call('tools/call', { name: 'add' }), header)).toMatchObject({
      code: -32_602,
      requestId: 7,
    })
    expect(readMessages(call('initialize', {}), modernHeaders('initialize'))).toMatchObject(
      MISMATCH,
    )
  })

  test.each([[7], [null], [{}], [[REVISION]]])('%j is no revision', (claim) => {
    const body = modernCall('tools/list', {}, claim)
    expect(readMessages(body, headers({}))).toMatchObject({ code: -32_602 })
  })

  test('an older revision in the body is an older request, and still has to agree', () => {
    const body = modernCall('tools/call', { name: 'add' }, '2025-11-25')
    expect(readMessages(body, headers({}))).toMatchObject({ revision: undefined })
    expect(readMessages(body, modernHeaders('tools/call', 'add'))).toMatchObject(MISMATCH)
  })

  test.each([
    [null],
    [[]],
    ['x'],
    [{}],
    [JSON.parse(`{"__proto__":{"${REVISION_KEY}":"${REVISION}"}}`)],
  ])('a _meta of %j claims nothing', (meta) => {
    const body = call('tools/call', { name: 'add', _meta: meta })
    expect(readMessages(body, headers({}))).toMatchObject({ revision: undefined })
  })
})

describe('a notification', () => {
  const { id: _id, ...notification } = call('notifications/x')

  test('is modern by its header', () => {
    expect(readMessages(notification, modernHeaders('notifications/x'))).toMatchObject({
      revision: REVISION,
      operations: [{ kind: 'method', name: 'notifications/x', requestId: undefined }],
    })
  })

  test('needs no mirrors', () => {
    const header = headers({ 'mcp-protocol-version': [REVISION] })
    expect(readMessages(notification, header)).toMatchObject({ revision: REVISION })
  })

  test('is refused where a mirror disagrees', () => {
    expect(readMessages(notification, modernHeaders('ping'))).toMatchObject({
      code: -32_020,
      requestId: undefined,
    })
    const { id: _, ...silent } = add
    expect(readMessages(silent, modernHeaders('tools/call', 'del'))).toMatchObject({
      code: -32_020,
    })
  })
})
