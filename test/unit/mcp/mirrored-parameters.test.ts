import { describe, expect, test } from 'vitest'
import { createMirroredParameters, readMessages } from '../../../src/mcp/index.ts'
import { call, encoded, headers, modernCall, modernHeaders } from './messages.ts'

const tool = (properties: unknown, name = 'sql') => ({
  name,
  inputSchema: { type: 'object', properties },
})
const REGION = { region: { type: 'string', 'x-mcp-header': 'Region' } }

/** Calls a tool that was listed, with fields as they come in. */
function check(properties: unknown, args: object, fields: Record<string, readonly string[]>) {
  const parameters = createMirroredParameters()
  parameters.learn([tool(properties)])
  const header = modernHeaders('tools/call', 'sql', fields)
  const messages = readMessages(modernCall('tools/call', { name: 'sql', arguments: args }), header)
  if ('code' in messages) throw new Error(messages.message)
  return parameters.check(messages, header)
}
const MISMATCH = { status: 400, code: -32_020, requestId: 7 }

describe('RS-20: a mirrored parameter', () => {
  test.each([
    ['the same text', 'string', 'eu', 'eu'],
    ['spaces around it', 'string', 'eu', '  eu '],
    ['an encoded text', 'string', 'größe', encoded('größe')],
    ['padded text', 'string', ' eu ', encoded(' eu ')],
    ['a text that only looks like base64', 'string', 'SGVsbG8=', 'SGVsbG8='],
    ['true', 'boolean', true, 'true'],
    ['an integer', 'integer', 42, '42'],
    ['an integer with a fraction of nothing', 'integer', 42, '42.0'],
    ['a negative one', 'integer', -7, '-7'],
    ['a number', 'number', 0.5, '0.50'],
  ])('agrees: %s', (_what, type, argument, field) => {
    const properties = { p: { type, 'x-mcp-header': 'P-1' } }
    expect(check(properties, { p: argument }, { 'mcp-param-p-1': [field] })).toBeUndefined()
  })

  test.each([
    ['another text', 'string', 'eu', ['us']],
    ['another case', 'string', 'eu', ['EU']],
    ['no field', 'string', 'eu', []],
    ['two fields', 'string', 'eu', ['eu', 'eu']],
    ['two fields joined', 'string', 'eu', ['eu, eu']],
    ['a broken encoding', 'string', 'eu', ['=?base64?SGVs!!!bG8=?=']],
    ['missing padding', 'string', 'Hello', ['=?base64?SGVsbG8?=']],
    ['a number of another form', 'integer', 42, ['0x2A']],
    ['a number as a text', 'string', '42', ['42.0']],
    ['a capital', 'boolean', true, ['True']],
    ['a value that the body has not', 'string', undefined, ['eu']],
    ['a value where the body has null', 'string', null, ['null']],
    ['a value where the body has an object', 'string', { a: 1 }, ['eu']],
    ['an integer that is not exact', 'integer', 2 ** 53, ['9007199254740993']],
  ])('disagrees: %s', (_what, type, argument, lines) => {
    const properties = { p: { type, 'x-mcp-header': 'P' } }
    expect(check(properties, { p: argument }, { 'mcp-param-p': lines })).toMatchObject(MISMATCH)
  })

  test.each([[undefined], [null], [{}], [[1]], [2 ** 53]])(
    'is not expected where the body has %j',
    (argument) => {
      expect(check(REGION, { region: argument }, {})).toBeUndefined()
    },
  )

  test('may lie in an object', () => {
    const nested = { where: { type: 'object', properties: REGION } }
    const args = { where: { region: 'eu' }, region: 'us' }
    expect(check(nested, args, { 'mcp-param-region': ['eu'] })).toBeUndefined()
    expect(check(nested, args, { 'mcp-param-region': ['us'] })).toMatchObject(MISMATCH)
  })

  test('is an own member of the arguments', () => {
    const inherited = { constructor: { type: 'object', properties: { name: REGION.region } } }
    expect(check(inherited, {}, {})).toBeUndefined()
    const own = JSON.parse('{"__proto__":{"type":"string","x-mcp-header":"Region"}}')
    const args = JSON.parse('{"__proto__":"eu"}')
    expect(check(own, args, {})).toMatchObject(MISMATCH)
    expect(check(own, args, { 'mcp-param-region': ['eu'] })).toBeUndefined()
  })

  test.each([
    ['an empty name', { a: { type: 'string', 'x-mcp-header': '' } }],
    ['no token', { a: { type: 'string', 'x-mcp-header': 'a b' } }],
    ['a line break', { a: { type: 'string', 'x-mcp-header': 'a\r\nb' } }],
    ['no text', { a: { type: 'string', 'x-mcp-header': 7 } }],
    ['an object', { a: { type: 'object', 'x-mcp-header': 'A' } }],
    ['two types', { a: { type: ['string', 'null'], 'x-mcp-header': 'A' } }],
    ['no type', { a: { 'x-mcp-header': 'A' } }],
    [
      'one name twice',
      { a: { type: 'string', 'x-mcp-header': 'A' }, b: { type: 'string', 'x-mcp-header': 'a' } },
    ],
    ['items of an array', { a: { type: 'array', items: { type: 'string', 'x-mcp-header': 'A' } } }],
    ['no schema', { a: 7 }],
    ['a property of that name', { 'x-mcp-header': { type: 'string' } }],
    ['no properties', null],
  ])('is not declared by %s', (_what, properties) => {
    expect(check(properties, { a: 'eu', b: 'eu' }, {})).toBeUndefined()
  })
})

describe('what is remembered', () => {
  const header = modernHeaders('tools/call', 'sql')
  const body = modernCall('tools/call', { name: 'sql', arguments: { region: 'eu' } })

  function faultOf(
    parameters: ReturnType<typeof createMirroredParameters>,
    message: unknown = body,
  ) {
    const messages = readMessages(message, header)
    if ('code' in messages) throw new Error(messages.message)
    return parameters.check(messages, header)
  }

  test('the last list counts', () => {
    const parameters = createMirroredParameters()
    expect(faultOf(parameters)).toBeUndefined()
    parameters.learn([tool(REGION)])
    expect(faultOf(parameters)).toMatchObject(MISMATCH)
    parameters.learn([tool(REGION, 'other')])
    expect(faultOf(parameters)).toMatchObject(MISMATCH)
    parameters.learn([tool({ region: { type: 'string' } })])
    expect(faultOf(parameters)).toBeUndefined()
  })

  test('10,000 tools, the newest', () => {
    const parameters = createMirroredParameters()
    parameters.learn([tool(REGION)])
    const others = Array.from({ length: 9_999 }, (_, at) => tool(REGION, `t${at}`))
    parameters.learn(others)
    expect(faultOf(parameters)).toMatchObject(MISMATCH)
    parameters.learn([tool(REGION, 'one more')])
    expect(faultOf(parameters)).toBeUndefined()
  })

  test('tools that mirror nothing take no place', () => {
    const parameters = createMirroredParameters()
    parameters.learn([tool(REGION)])
    parameters.learn(Array.from({ length: 20_000 }, (_, at) => tool({}, `t${at}`)))
    expect(faultOf(parameters)).toMatchObject(MISMATCH)
  })

  test('requests of older revisions mirror nothing', () => {
    const parameters = createMirroredParameters()
    parameters.learn([tool(REGION)])
    const messages = readMessages(
      call('tools/call', { name: 'sql', arguments: { region: 'eu' } }),
      headers({}),
    )
    expect('code' in messages ? messages : parameters.check(messages, headers({}))).toBeUndefined()
  })

  test.each([
    [undefined],
    [null],
    [{}],
    [[null, 7, {}, { name: 7 }, { name: 'x', inputSchema: [] }]],
  ])('%j teaches nothing', (tools) => {
    const parameters = createMirroredParameters()
    parameters.learn(tools)
    expect(faultOf(parameters)).toBeUndefined()
  })

  test('a schema of any depth is read in time', () => {
    let schema: object = { type: 'object', properties: REGION }
    for (let depth = 0; depth < 20_000; depth += 1) {
      schema = { type: 'object', properties: { a: schema } }
    }
    const parameters = createMirroredParameters()
    const start = performance.now()
    parameters.learn([{ name: 'sql', inputSchema: schema }])
    expect(performance.now() - start).toBeLessThan(50)
    expect(faultOf(parameters)).toBeUndefined()
  })
})

describe('RS-20: a list whose text is not parsed', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

  test.each([
    ['{"tools":[]}', false],
    ['{"x":"x-mcp","y":"xx-mcp-heade"}', false],
    ['{"x-mcp-header":"Region"}', true],
    ['{"a":"x-mcp-","x-mcp-header":1}', true],
    ['{"\\u0078-mcp-header":"Region"}', true],
    ['x-mcp-header', true],
    ['', false],
  ])('%s may teach something: %j', (text, mayTeach) => {
    expect(createMirroredParameters().mayLearnFrom(bytes(text))).toBe(mayTeach)
  })

  test('may make something forgotten', () => {
    const parameters = createMirroredParameters()
    parameters.learn([tool({})])
    expect(parameters.mayLearnFrom(bytes('{"tools":[]}'))).toBe(false)
    parameters.learn([tool(REGION)])
    expect(parameters.mayLearnFrom(bytes('{"tools":[]}'))).toBe(true)
  })
})
