import { describe, expect, test } from 'vitest'
import {
  AnswerTooLargeError,
  type BodyRewriter,
  createMessageRewriter,
  type RewriteMessage,
} from '../../../src/http/index.ts'
import * as fc from '../../fuzz/fast-check.ts'
import { cutAt, pushAll, rewriteAll } from './rewritten.ts'

const filter: RewriteMessage = (message) => {
  if (typeof message !== 'object' || message === null) return message
  if (Object.hasOwn(message, 'drop')) return undefined
  return Object.hasOwn(message, 'secret') ? { ...message, secret: 0 } : message
}

function rewriter(rewrite = filter, maxBytes = 1_000): BodyRewriter | undefined {
  return createMessageRewriter('application/json', rewrite, { maxBytes })
}

test.each([
  ['application/json', true],
  ['Application/JSON; charset=utf-8', true],
  ['application/vnd.mcp+json', true],
  ['text/plain, application/json', true],
  ['text/event-stream', true],
  ['TEXT/Event-Stream;charset=utf-8', true],
  ['text/html', false],
  ['text/plain', false],
  ['application/octet-stream', false],
  ['', false],
  [undefined, false],
])('content type %j is rewritten: %j', (contentType, isRewritten) => {
  const created = createMessageRewriter(contentType, filter, { maxBytes: 10 })
  expect(created !== undefined).toBe(isRewritten)
})

describe('a JSON body', () => {
  test.each([
    ['unchanged, with its spacing', ' {"a" : 1.0, "b":9007199254740993}\n'],
    ['a batch that is unchanged', '[ {"a":1}, 2 ,null]'],
    ['an empty batch', '[ ]'],
    ['cut off', '{"secret":1'],
    ['two values', '{"secret":1}{"secret":1}'],
    ['nothing', ''],
    ['a byte order mark', '\uFEFF{"a":1}'],
    ['names of the prototype', '{"__proto__":{"secret":1},"constructor":1}'],
    ['no UTF-8', Buffer.from('{"a":"\xff"}', 'latin1')],
  ])('%s: byte for byte', async (_name, body) => {
    expect((await pushAll(rewriter(), [body])).join('')).toBe(Buffer.from(body).toString('latin1'))
  })

  test('leaves at its end', async () => {
    expect(await pushAll(rewriter(), ['{"secret"', ':1}'])).toEqual(['', '', '{"secret":0}'])
  })

  test('a batch loses elements, and is empty when it loses all', async () => {
    expect(await rewriteAll(rewriter(), ['[{"drop":1},{"a":1},{"secret":1}]'])).toBe(
      '[{"a":1},{"secret":0}]',
    )
    expect(await rewriteAll(rewriter(), ['[{"drop":1}]'])).toBe('')
    expect(await rewriteAll(rewriter(), ['{"drop":1}'])).toBe('')
  })

  test('names of the prototype survive a change', async () => {
    expect(await rewriteAll(rewriter(), ['{"__proto__":{"a":1},"secret":1}'])).toBe(
      '{"__proto__":{"a":1},"secret":0}',
    )
  })

  test('a nesting that is too deep to be written again does no harm', async () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000)
    const body = `{"secret":1,"deep":${deep}}`
    const given = await rewriteAll(rewriter(filter, 1_000_000), [body]).catch(
      (error: unknown) => error,
    )
    expect(given instanceof RangeError || given === body.replace(':1,', ':0,')).toBe(true)
  })

  test('a body of maxBytes passes, one more throws, whatever its pieces', async () => {
    const body = `"${'x'.repeat(98)}"`
    expect(await rewriteAll(rewriter(filter, 100), body.split(''))).toBe(body)
    await expect(rewriteAll(rewriter(filter, 99), [body])).rejects.toThrow(AnswerTooLargeError)
    await expect(rewriteAll(rewriter(filter, 99), body.split(''))).rejects.toThrow(
      'The answer has more than 99 bytes and cannot be rewritten.',
    )
  })

  test('what rewriting throws or rejects with comes out', async () => {
    const broken = new Error('broken')
    const throwing: RewriteMessage = () => {
      throw broken
    }
    await expect(rewriteAll(rewriter(throwing), ['[1,2]'])).rejects.toBe(broken)
    const rejecting: RewriteMessage = (message) =>
      message === 1 ? Promise.reject(broken) : Promise.resolve(message)
    await expect(rewriteAll(rewriter(rejecting), ['[0,1,1]'])).rejects.toBe(broken)
  })

  test('any split gives the same bytes as the whole', async () => {
    const later: RewriteMessage = async (message) => filter(message)
    const messages = fc.jsonValue()
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(messages, fc.array(fc.oneof(messages, fc.constant({ secret: '😀' })))),
        fc.array(fc.nat(), { maxLength: 10 }),
        async (value, offsets) => {
          const body = Buffer.from(JSON.stringify(value, null, 1))
          const whole = await rewriteAll(rewriter(filter, 1e6), [body])
          expect(await rewriteAll(rewriter(later, 1e6), cutAt(body, offsets))).toBe(whole)
        },
      ),
      { numRuns: 200 },
    )
  })
})
