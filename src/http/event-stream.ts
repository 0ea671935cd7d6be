import type { BodyRewriter } from './answer-plan.ts'
import { AnswerTooLargeError } from './answer-too-large.ts'
import { createByteBuffer, joinBytes } from './byte-buffer.ts'
import { andThen, mapInOrder } from './in-order.ts'

/**
 * Rewrites a text: the same one for "unchanged", `undefined` for "drop it". What it gives has no
 * line break.
 */
export type RewriteText = (text: string) => string | undefined | Promise<string | undefined>

/** Bytes that may leave together: an event, or what passes untouched. */
interface Block {
  readonly bytes: Uint8Array
  readonly isEvent: boolean
}

const LF = 10
const CR = 13
const COLON = 58
const NOTHING = new Uint8Array(0)
const LINE_END = /(\r\n|\n|\r)/

// Keeps a byte order mark: only the first of a stream is none of its text.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

/**
 * Rewrites the data of an event stream (WHATWG HTML §9.2.6, "Interpreting an event stream").
 *
 * An event leaves with the push that completes it, byte for byte unless its data was changed;
 * comments between events leave as soon as their line is complete. A dropped event keeps its `id`
 * and `retry`, so that a client resumes behind it. One call at a time: the next `push` comes when
 * the last has given its bytes.
 *
 * @param maxBytes Of one event.
 * @param mayMatter Whether a text can hold data that would be changed; asked about several events at
 *   once, with their field names. What it looks for lies within one line.
 * @throws {AnswerTooLargeError} from `push`
 */
export function createEventStreamRewriter(
  rewriteData: RewriteText,
  maxBytes: number,
  mayMatter: (text: string) => boolean = () => true,
): BodyRewriter {
  const splitter = createSplitter(maxBytes)

  function rewriteBlock({ bytes, isEvent }: Block): Uint8Array | Promise<Uint8Array> {
    if (!isEvent) return bytes
    const lines = readLines(bytes)
    const data = dataOf(lines)
    if (data === undefined) return bytes
    return andThen(rewriteData(data), (rewritten) => {
      if (rewritten === data) return bytes
      return encoder.encode(
        rewritten === undefined ? withoutData(lines) : withData(lines, rewritten),
      )
    })
  }

  return {
    push(chunk) {
      const blocks = splitter.split(chunk)
      if (blocks.length === 0) return NOTHING
      const bytes = joinBytes(blocks.map((block) => block.bytes))
      if (!mayMatter(decoder.decode(bytes))) return bytes
      return andThen(mapInOrder(blocks, rewriteBlock), joinBytes)
    },
    // Clients drop an event that no blank line ends; what they would see of it is checked anyway.
    end: () => rewriteBlock({ bytes: splitter.rest(), isEvent: true }),
  }
}

interface Splitter {
  /** The blocks that are complete with this chunk. */
  split(chunk: Uint8Array): Block[]
  rest(): Uint8Array
}

/** Finds the ends of events, looking at each byte once. */
function createSplitter(maxBytes: number): Splitter {
  const pending = createByteBuffer()
  const scan = createScanner(maxBytes)
  return {
    split(chunk) {
      if (pending.length === 0) {
        const blocks = scan(chunk)
        pending.append(restAfter(blocks, chunk))
        return blocks
      }
      pending.append(chunk)
      const blocks = scan(pending.view())
      if (blocks.length > 0) pending.append(restAfter(blocks, pending.take()))
      return blocks
    },
    rest: () => pending.take(),
  }
}

/** Finds blocks that are complete. It is given the bytes behind them again, followed by more. */
function createScanner(maxBytes: number): (bytes: Uint8Array) => Block[] {
  let scanned = 0
  let lineStart = 0
  let hasFields = false
  let isAfterCr = false
  let isStreamStart = true

  return (bytes) => {
    const blocks: Block[] = []
    let start = 0
    function complete(end: number, isEvent: boolean): void {
      if (end - start > maxBytes) throw new AnswerTooLargeError(maxBytes)
      // What passes is one block, however many blank lines it has.
      const passed = isEvent || blocks.at(-1)?.isEvent !== false ? undefined : blocks.pop()
      const from = start - (passed?.bytes.byteLength ?? 0)
      blocks.push({ bytes: bytes.subarray(from, end), isEvent })
      start = end
      hasFields = false
    }
    function endLine(end: number): void {
      const isBlank = lineStart === end
      const isComment = bytes[lineStart] === COLON
      lineStart = end + 1
      if (isBlank) complete(lineStart, hasFields)
      else if (!isComment) hasFields = true
      else if (!hasFields) complete(lineStart, false)
    }

    if (isStreamStart && !mayBecomeBom(bytes)) {
      isStreamStart = false
      lineStart = bomLength(bytes)
      scanned = lineStart
      if (lineStart > 0) complete(lineStart, false)
    }
    if (isStreamStart) return blocks
    const findLineEnd = createLineEndFinder(bytes)
    for (let at = scanned; at < bytes.length; at += 1) {
      const isSecondHalf = isAfterCr && bytes[at] === LF
      isAfterCr = false
      if (isSecondHalf) {
        lineStart = at + 1
        // The first half completed a block.
        if (start === at) complete(lineStart, false)
        continue
      }
      at = findLineEnd(at)
      isAfterCr = bytes[at] === CR
      if (at < bytes.length) endLine(at)
    }
    if (bytes.length - start > maxBytes) throw new AnswerTooLargeError(maxBytes)
    scanned = bytes.length - start
    lineStart -= start
    return blocks
  }
}

/** Finds the first LF or CR from an offset on; offsets only grow, so that each byte is seen once. */
function createLineEndFinder(bytes: Uint8Array): (from: number) => number {
  let lf = -1
  let cr = -1
  const find = (byte: number, from: number): number => {
    const at = bytes.indexOf(byte, from)
    return at === -1 ? bytes.length : at
  }
  return (from) => {
    if (lf < from) lf = find(LF, from)
    if (cr < from) cr = find(CR, from)
    return Math.min(lf, cr)
  }
}

function restAfter(blocks: readonly Block[], bytes: Uint8Array): Uint8Array {
  return bytes.subarray(blocks.reduce((sum, block) => sum + block.bytes.byteLength, 0))
}

/** Whether more bytes are needed to tell. */
function mayBecomeBom(bytes: Uint8Array): boolean {
  return bytes.length < 3 && (bytes.length === 0 || bytes[0] === 0xef)
}

function bomLength(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
}

interface Line {
  /** The line with its end. */
  readonly raw: string
  readonly field: string
  readonly value: string
  readonly end: string
}

function readLines(bytes: Uint8Array): Line[] {
  const pieces = decoder.decode(bytes).split(LINE_END)
  const lines: Line[] = []
  for (let at = 0; at < pieces.length; at += 2) {
    const text = pieces[at] ?? ''
    const end = pieces[at + 1] ?? ''
    lines.push({ raw: text + end, end, ...readField(text) })
  }
  return lines
}

function readField(line: string): Pick<Line, 'field' | 'value'> {
  const colon = line.indexOf(':')
  if (colon === -1) return { field: line, value: '' }
  const value = line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1))
  return { field: line.slice(0, colon), value }
}

function isData({ field }: Line): boolean {
  return field === 'data'
}

function dataOf(lines: readonly Line[]): string | undefined {
  const data = lines.filter(isData)
  return data.length === 0 ? undefined : data.map(({ value }) => value).join('\n')
}

/** The new data stands where the old began. */
function withData(lines: readonly Line[], data: string): string {
  const first = lines.findIndex(isData)
  const changed = lines.map((line, at) => {
    if (at === first) return `data: ${data}${line.end}`
    return isData(line) ? '' : line.raw
  })
  return joinLines(changed.slice(0, -2), changed.slice(-2).join(''))
}

/** The blank line stays: a byte order mark behind it shall not come to begin the stream. */
function withoutData(lines: readonly Line[]): string {
  const kept = lines.filter(({ field }) => field === 'id' || field === 'retry')
  const raw = kept.map((line) => line.raw)
  return joinLines(raw, lines.at(-2)?.end ?? '')
}

/** Where a line is gone, the end of the one before must not merge with the blank line. */
function joinLines(lines: readonly string[], blank: string): string {
  const text = lines.join('')
  const isMerging = text.endsWith('\r') && blank.startsWith('\n')
  return (isMerging ? `${text.slice(0, -1)}\n` : text) + blank
}
