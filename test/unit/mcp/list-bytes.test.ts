import { describe, expect, test } from 'vitest'
import { filterListBytes, listResultOf } from '../../../src/mcp/index.ts'
import * as fc from '../../fuzz/fast-check.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const isKept = (_kind: string, name: string): boolean => !name.startsWith('secret')

/** The filtered text; `undefined` where it must be parsed. */
function filter(text: string): string | undefined {
  const filtered = filterListBytes(encoder.encode(text), isKept)
  return filtered && decoder.decode(filtered)
}

/** What filtering the parsed message comes to. */
function filterParsed(message: unknown): unknown {
  const list = listResultOf(message)
  return list?.withItems(
    list.items.filter((item) => {
      const name = list.nameOf(item)
      return name !== undefined && isKept(list.kind, name)
    }),
  )
}

const list = (items: string, more = ''): string =>
  `{"jsonrpc":"2.0","id":1,"result":{"tools":[${items}]${more}}}`

describe('RS-23: a list in its bytes', () => {
  test.each([
    ['nothing changes', '{"name":"a"} , {"name":"b"}', '{"name":"a"} , {"name":"b"}'],
    ['the first goes', '{"name":"secret"},{"name":"a"}', '{"name":"a"}'],
    ['the last goes', '{"name":"a"},{"name":"secret"}', '{"name":"a"}'],
    [
      'one between goes',
      '{"name":"a"},{"name":"b"},{"name":"secret"},{"name":"c"}',
      '{"name":"a"},{"name":"b"},{"name":"c"}',
    ],
    ['all go', '{"name":"secret"},{"name":"secret2"}', ''],
    ['there are none', '', ''],
    ['one without a name goes', '{"title":"x"},{},{"name":"a"}', '{"name":"a"}'],
    [
      'brackets and quotes in texts mean nothing',
      '{"description":"}],\\"name\\":\\"secret\\" [{\\\\","name":"a"},{"d":["]}"],"name":"secret"}',
      '{"description":"}],\\"name\\":\\"secret\\" [{\\\\","name":"a"}',
    ],
    [
      'the name of something inside is not its name',
      '{"a":{"name":"secret"},"name":"a"},{"a":[{"name":"a"}],"name":"secret"}',
      '{"a":{"name":"secret"},"name":"a"}',
    ],
    ['other letters stay', '{"name":"größe 🛠"},{"name":"secret"}', '{"name":"größe 🛠"}'],
    [
      'digits stay',
      '{"n":9007199254740993,"name":"a"},{"name":"secret"}',
      '{"n":9007199254740993,"name":"a"}',
    ],
  ])('%s', (_what, items, kept) => {
    expect(filter(list(items))).toBe(list(kept))
  })

  test('it is the very same array where nothing changes', () => {
    const bytes = encoder.encode(list('{"name":"a"}', ',"ttlMs":1,"cacheScope":"private"'))
    expect(filterListBytes(bytes, isKept)).toBe(bytes)
  })

  test.each([
    [',"cacheScope":"public","ttlMs":1', ',"cacheScope":"private","ttlMs":1'],
    [',"ttlMs":1 ', ',"ttlMs":1 ,"cacheScope":"private"'],
    [',"resultType":"complete"', ',"resultType":"complete","cacheScope":"private"'],
    [',"cacheScope":{"a":[1]}', ',"cacheScope":"private"'],
  ])('with %j becomes private', (more, expected) => {
    expect(filter(list('{"name":"a"}', more))).toBe(list('{"name":"a"}', expected))
  })

  test.each([
    ['a name twice', list('{"name":"a","name":"secret"}')],
    ['a name with escapes', list('{"name":"\\u0073ecret"}')],
    ['a name that is no text', list('{"name":7}')],
    ['a key with escapes', list('{"n\\u0061me":"secret"}')],
    ['an item that is no object', list('"secret"')],
    ['the list twice', list('{"name":"a"}', ',"tools":[{"name":"secret"}]')],
    ['two lists', list('{"name":"a"}', ',"prompts":[{"name":"secret"}]')],
    ['the result twice', '{"result":{"tools":[]},"result":{"tools":[{"name":"secret"}]}}'],
    ['a result whose key has escapes', '{"res\\u0075lt":{"tools":[]}}'],
    ['a task as well', list('', ',"task":{"taskId":"t"}')],
    ['a message that is no response', '{"method":"x","result":{"tools":[]}}'],
    ['no list', '{"result":{"content":[]}}'],
    ['a list of something else', '{"result":{"tools":{"name":"a"}}}'],
    ['an error', '{"error":{"code":1}}'],
    ['a batch', `[${list('')}]`],
    ['a byte order mark', `\uFEFF${list('')}`],
    ['two texts', list('') + list('')],
    ['nothing', ''],
  ])('%s must be parsed', (_what, text) => {
    expect(filter(text)).toBeUndefined()
  })

  test('so must a text that is cut off, wherever', () => {
    const text = list('{"name":"a","b":[{"c":"\\"d"},1.5e3,true]},{"name":"secret"}', ',"ttlMs":1')
    for (let end = 0; end < text.length; end += 1)
      expect(filter(text.slice(0, end))).toBeUndefined()
  })

  const names = fc.constantFrom('a', 'größe', 'secret', 'secrets', 'a"b', 'tools', '')
  const item = fc
    .tuple(fc.dictionary(fc.string(), fc.jsonValue()), names)
    .map(([rest, name]): object => Object.assign(rest, { name, uri: name }))
  const message = fc
    .record({
      field: fc.constantFrom('tools', 'prompts', 'resources'),
      items: fc.array(fc.oneof({ weight: 9, arbitrary: item }, fc.jsonValue())),
      more: fc.dictionary(fc.string(), fc.jsonValue()),
      modern: fc.constantFrom({}, { ttlMs: 1 }, { cacheScope: 'public' }),
    })
    .map(({ field, items, more, modern }): object => {
      const result = Object.assign({}, more, { [field]: items }, modern)
      return Object.assign({}, more, { result })
    })

  test('it is what filtering the parsed message comes to', () => {
    let unparsed = 0
    fc.assert(
      fc.property(message, fc.constantFrom(undefined, 1, '\t\r\n'), (value, space) => {
        const filtered = filter(JSON.stringify(value, undefined, space))
        if (filtered === undefined) return
        unparsed += 1
        expect(JSON.parse(filtered)).toEqual(JSON.parse(JSON.stringify(filterParsed(value))))
      }),
      { numRuns: 2_000 },
    )
    expect(unparsed).toBeGreaterThan(200)
  })

  test('no text makes it throw or hang', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      ' ',
      '0',
      '"result"',
      '"tools"',
      '"name"',
      '\uFFFD',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (texts) => {
        expect(filter(texts.join(''))?.length ?? 0).toBeLessThan(1_000)
      }),
      { numRuns: 5_000 },
    )
  })
})
