import { expect, test } from 'vitest'
import {
  type BodyRewriter,
  createMessageRewriter,
  type RewriteMessage,
} from '../../../src/http/index.ts'
import * as fc from '../../fuzz/fast-check.ts'
import { cutAt, rewriteAll } from './rewritten.ts'

const filter: RewriteMessage = (message) => {
  if (typeof message !== 'object' || message === null) return message
  if ('drop' in message) return undefined
  return 'secret' in message ? { ...message, secret: 'ü removed' } : message
}
const filterLater: RewriteMessage = async (message) => {
  await Promise.resolve()
  return filter(message)
}

function rewriter(rewrite = filter, maxBytes = 1_000): BodyRewriter | undefined {
  return createMessageRewriter('text/event-stream', rewrite, { maxBytes })
}

const line = fc.constantFrom(
  'data: {"secret":1}',
  'data: {"drop":1}',
  'data: {"a":"ü€😀"}',
  'data:[{"secret":1},{"drop":2},3]',
  'data: {"secret":',
  'data: 1}',
  'data',
  'id: 7',
  'event: message',
  ': comment ü',
  'retry: 3',
  '\uFEFFdata: {"secret":1}',
  '',
  '',
  '',
)
const streams = fc
  .tuple(
    fc.constantFrom('', '\uFEFF'),
    fc.array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n')), { maxLength: 25 }),
    fc.constantFrom('', 'data: {"secret":1}', 'id: 3'),
  )
  .map(([mark, lines, rest]) => Buffer.from(mark + lines.flat().join('') + rest))

test('any split of a stream gives the same bytes as the whole', async () => {
  await fc.assert(
    fc.asyncProperty(
      streams,
      fc.array(fc.nat(), { maxLength: 30 }),
      fc.constantFrom(filter, filterLater),
      async (stream, offsets, rewrite) => {
        const whole = await rewriteAll(rewriter(), [stream])
        expect(await rewriteAll(rewriter(rewrite), cutAt(stream, offsets))).toBe(whole)
        expect(
          await rewriteAll(
            rewriter(rewrite),
            [...stream].map((byte) => Buffer.of(byte)),
          ),
        ).toBe(whole)
      },
    ),
    { numRuns: 500 },
  )
})

/** The events of a stream, read the plain way: WHATWG HTML §9.2.6 on a whole text. */
function eventsOf(text: string): unknown[] {
  const events: unknown[] = []
  let data: string[] = []
  for (const one of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .slice(0, -1)) {
    if (one === '') {
      if (data.length > 0) events.push(data.join('\n'))
      data = []
    } else if (/^data(?::|$)/.test(one)) data.push(one.slice(5).replace(/^ /, ''))
  }
  return events
}

test('a client reads the events that a filter of the events gives', async () => {
  await fc.assert(
    fc.asyncProperty(streams, async (stream) => {
      const expected = eventsOf(stream.toString()).flatMap((data) => {
        const given = filterData(String(data))
        return given === undefined ? [] : [given]
      })
      expect(eventsOf(await rewriteAll(rewriter(), [stream]))).toEqual(expected)
    }),
    { numRuns: 500 },
  )
})

function filterData(data: string): string | undefined {
  try {
    const value: unknown = JSON.parse(data)
    if (!Array.isArray(value)) {
      const one = filter(value)
      return one === value ? data : JSON.stringify(one)
    }
    return JSON.stringify(value.map(filter).filter((message) => message !== undefined))
  } catch {
    return data
  }
}
