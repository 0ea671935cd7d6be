import { describe, expect, test, vi } from 'vitest'
import {
  AnswerTooLargeError,
  type BodyRewriter,
  createMessageRewriter,
  type RewriteMessage,
} from '../../../src/http/index.ts'
import { pushAll, rewriteAll } from './rewritten.ts'

const filter: RewriteMessage = (message) => {
  if (typeof message !== 'object' || message === null) return message
  if ('drop' in message) return undefined
  return 'secret' in message ? { ...message, secret: 'ü removed' } : message
}
function rewriter(rewrite = filter, maxBytes = 1_000): BodyRewriter | undefined {
  return createMessageRewriter('text/event-stream', rewrite, { maxBytes })
}

describe('what is not changed', () => {
  test.each([
    ['LF', 'event: message\nid: 1\ndata: {"a":1}\n\n'],
    ['CR', 'event: message\rid: 1\rdata: {"a":1}\r\r'],
    ['CRLF', 'event: message\r\nid: 1\r\ndata: {"a":1}\r\n\r\n'],
    ['mixed ends', 'data: {"a":\r\ndata: 1}\n\r\n\r\n'],
    ['odd spacing', 'data:   { "a" :1 }   \n\n'],
    ['fields without colon', 'data\nid\nnonsense\n\n'],
    ['data that is no JSON', 'event: endpoint\ndata: /messages?session=1\n\n'],
    ['no data', 'id: 7\nretry: 10\n\n'],
    ['a mark at the start', '\uFEFFdata: {"a":1}\n\n'],
    ['bytes that are no UTF-8', Buffer.from('data: "\xff\xfe"\n\n', 'latin1')],
    ['blank lines', '\n\n\r\n\r\r'],
    ['an unfinished event', 'data: {"a":1}\n'],
  ])('%s: byte for byte', async (_name, stream) => {
    expect((await pushAll(rewriter(), [stream])).join('')).toBe(
      Buffer.from(stream).toString('latin1'),
    )
  })

  test('an event leaves with the push that completes it', async () => {
    const pieces = ['data: 1\n', '\n', 'data', ': 2\r\n\r', '\ndata: 3\n\n']
    expect(await pushAll(rewriter(), pieces)).toEqual([
      '',
      'data: 1\n\n',
      '',
      'data: 2\r\n\r',
      '\ndata: 3\n\n',
      '',
    ])
  })

  test('the second half of a line end leaves at once, behind the first', async () => {
    expect(await pushAll(rewriter(), ['data: 1\r\n\r', '\n', ': ping\r', '\n'])).toEqual([
      'data: 1\r\n\r',
      '\n',
      ': ping\r',
      '\n',
      '',
    ])
  })

  test('a comment leaves with the end of its line, except inside of an event', async () => {
    expect(await pushAll(rewriter(), [': pi', 'ng\n', 'data: 1\n', ':\n', '\n'])).toEqual([
      '',
      ': ping\n',
      '',
      '',
      'data: 1\n:\n\n',
      '',
    ])
  })

  test('the chunk itself is given, without copying', async () => {
    const chunk = Buffer.from('data: {"a":1}\n\n: ping\n\ndata: {"b":1}\n\n')
    const given = await rewriter()?.push(chunk)
    expect([given?.buffer, given?.byteOffset, given?.byteLength]).toEqual([
      chunk.buffer,
      chunk.byteOffset,
      chunk.byteLength,
    ])
  })

  test('writers may use the memory of an unfinished event again', async () => {
    const stream = rewriter()
    const chunk = Buffer.from('data: {"a"')
    await stream?.push(chunk)
    chunk.fill(0)
    expect(await rewriteAll(stream, [':1}\n\n'])).toBe('data: {"a":1}\n\n')
  })
})

describe('what is changed', () => {
  test('only the data is; the fields around it stay', async () => {
    const event = ': c\nevent: message\nid: 9\ndata: {"secret":\ndata: 1}\nretry: 5\n\n'
    expect(await rewriteAll(rewriter(), [event])).toBe(
      ': c\nevent: message\nid: 9\ndata: {"secret":"ü removed"}\nretry: 5\n\n',
    )
  })

  test.each(['\n', '\r', '\r\n'])('line ends stay: %j', async (end) => {
    const [before, after] = ['data: {"secret":1}', 'data: {"secret":"ü removed"}']
    expect(await rewriteAll(rewriter(), [`id: 1${end}${before}${end}${end}`])).toBe(
      `id: 1${end}${after}${end}${end}`,
    )
  })

  test('ends of lines do not merge where a line is gone', async () => {
    expect(await rewriteAll(rewriter(), ['data: {"secret":1}\rdata\n\n'])).toBe(
      'data: {"secret":"ü removed"}\n\n',
    )
    expect(await rewriteAll(rewriter(), ['id: 4\rdata: {"drop":1}\n\n'])).toBe('id: 4\n\n')
  })

  test('data without the space, and with a byte order mark before it', async () => {
    expect(await rewriteAll(rewriter(), ['\uFEFFdata:{"secret":1}\n\n'])).toBe(
      '\uFEFFdata: {"secret":"ü removed"}\n\n',
    )
  })

  test('a byte order mark later on is part of a name that clients do not know', async () => {
    const stream = 'data: 1\n\n\uFEFFdata: {"secret":1}\n\n'
    expect(await rewriteAll(rewriter(), [stream])).toBe(stream)
  })

  test('a batch in one event: elements are changed and dropped', async () => {
    const stream = 'data: [{"drop":1},{"secret":1},{"a":1}]\n\ndata: [{"drop":1}]\n\n'
    expect(await rewriteAll(rewriter(), [stream])).toBe(
      'data: [{"secret":"ü removed"},{"a":1}]\n\n\n',
    )
  })

  test('a dropped event keeps the position to resume at', async () => {
    const stream = 'event: message\nid: 4\ndata: {"drop":1}\nretry: 2\n\ndata: {"drop":1}\n\n'
    expect(await rewriteAll(rewriter(), [stream])).toBe('id: 4\nretry: 2\n\n\n')
  })

  test('where the first event is dropped, no later mark begins the stream', async () => {
    const stream = 'data: {"drop":1}\n\n\uFEFFdata: {"secret":1}\n\n'
    expect(await rewriteAll(rewriter(), [stream])).toBe('\n\uFEFFdata: {"secret":1}\n\n')
  })

  test('an event that the end cuts off is not let through unread', async () => {
    expect(await rewriteAll(rewriter(), ['id: 1\ndata: {"secret":1}'])).toBe(
      'id: 1\ndata: {"secret":"ü removed"}',
    )
    expect(await rewriteAll(rewriter(), ['data: {"drop":1}'])).toBe('')
  })

  test('line separators that split events for some clients are escaped', async () => {
    const stream = 'data: {"secret":1,"text":"\\u2028\\u2029\\u0085"}\n\n'
    expect(await rewriteAll(rewriter(), [stream])).toBe(
      'data: {"secret":"ü removed","text":"\\u2028\\u2029\\u0085"}\n\n',
    )
  })

  test('messages are rewritten one after the other, in their order', async () => {
    const log: string[] = []
    const slowFirst: RewriteMessage = async (message) => {
      log.push(`begin ${JSON.stringify(message)}`)
      await new Promise((resolve) => setTimeout(resolve, message === 1 ? 20 : 0))
      log.push(`end ${JSON.stringify(message)}`)
      return Number(message) * 10
    }
    const given = await rewriteAll(rewriter(slowFirst), [
      'data: 1\n\ndata: 2\n\n: c\n\ndata: 3\n\n',
    ])
    expect(given).toBe('data: 10\n\ndata: 20\n\n: c\n\ndata: 30\n\n')
    expect(log).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3'])
  })
})

describe('limits', () => {
  test('an event of maxBytes passes, one more ends the stream', async () => {
    const event = `data: "${'x'.repeat(91)}"\n\n`
    expect(event).toHaveLength(101)
    expect(await rewriteAll(rewriter(filter, 101), [event, event])).toBe(event + event)
    await expect(rewriteAll(rewriter(filter, 100), [event])).rejects.toThrow(AnswerTooLargeError)
    const pieces = event.split('')
    await expect(rewriteAll(rewriter(filter, 100), pieces)).rejects.toThrow(AnswerTooLargeError)
  })

  test('an event that never ends is refused before it does, a comment too', async () => {
    const unfinished = rewriter(filter, 50)
    await unfinished?.push(Buffer.from('data: '))
    expect(() => unfinished?.push(Buffer.alloc(45, 'x'))).toThrow(AnswerTooLargeError)
    expect(() => rewriter(filter, 50)?.push(Buffer.from(`:${'x'.repeat(50)}`))).toThrow(
      AnswerTooLargeError,
    )
  })

  test('many small events are no large one', async () => {
    const stream = 'data: 1\n\n'.repeat(1_000)
    expect(await rewriteAll(rewriter(filter, 10), [stream])).toBe(stream)
  })

  test('what the check rules out is not parsed', async () => {
    const rewrite = vi.fn<RewriteMessage>(() => 'changed')
    const stream = createMessageRewriter('text/event-stream', rewrite, {
      maxBytes: 100,
      mayMatter: (text) => text.includes('secret'),
    })
    expect(await rewriteAll(stream, ['data: {"a":1}\n\ndata: {"secret":1}\n\n'])).toBe(
      'data: {"a":1}\n\ndata: "changed"\n\n',
    )
    expect(rewrite.mock.calls).toEqual([[{ secret: 1 }]])
  })

  test('200,000 pushes of one byte cost no more than linear time', async () => {
    const event = Buffer.from(`data: "${'x'.repeat(200_000)}"\n\n`)
    const stream = rewriter(filter, 300_000)
    const start = performance.now()
    let given: Uint8Array | undefined
    for (let at = 0; at < event.length; at += 1) {
      given = (await stream?.push(event.subarray(at, at + 1))) ?? given
    }
    expect(given?.byteLength).toBe(event.length)
    expect(performance.now() - start).toBeLessThan(2_000)
  })
})
