import type { BodyRewriter } from './answer-plan.ts'
import { AnswerTooLargeError } from './answer-too-large.ts'
import { createByteBuffer } from './byte-buffer.ts'
import { createEventStreamRewriter, type RewriteText } from './event-stream.ts'
import { andThen, mapInOrder } from './in-order.ts'

/**
 * Rewrites one JSON-RPC message: the same value for "unchanged", `undefined` for "drop it". It
 * never changes the message that it was given.
 */
export type RewriteMessage = (message: unknown) => unknown

/** Limits and shortcuts of {@link createMessageRewriter}. */
export interface MessageRewriterOptions {
  /** Of a JSON body, or of one event of a stream. */
  readonly maxBytes: number
  /**
   * Whether a text can hold a message that would be changed; others pass.
   * @defaultValue always
   */
  readonly mayMatter?: (text: string) => boolean
  /**
   * Rewrites a JSON text as the messages in it would be, to the same array where nothing changes;
   * `undefined` where it must be parsed for that.
   * @defaultValue every text is parsed
   */
  readonly rewriteUnparsed?: (text: Uint8Array) => Uint8Array | undefined
}

const NOTHING = new Uint8Array(0)
// These end a line for clients that split event streams as Python splits text.
const FOREIGN_LINE_ENDS = /[\u0085\u2028\u2029]/g

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/**
 * Rewrites the JSON-RPC messages of an answer: of a JSON body, of the elements of a batch, of the
 * events of a stream.
 *
 * Bytes are those of the handler wherever nothing changed, and wherever they are no JSON. A JSON
 * body is held until its end. A changed message is serialised again: numbers that JavaScript
 * cannot hold lose digits. It does NOT undo content codings.
 *
 * @returns `undefined` for content types that no client takes for JSON or an event stream.
 * @throws {AnswerTooLargeError} from `push`
 */
export function createMessageRewriter(
  contentType: string | undefined,
  rewrite: RewriteMessage,
  { maxBytes, mayMatter = () => true, rewriteUnparsed = () => undefined }: MessageRewriterOptions,
): BodyRewriter | undefined {
  const rewriteParsed: RewriteText = (text) => (mayMatter(text) ? rewriteJson(text, rewrite) : text)

  function rewriteBytes(bytes: Uint8Array): Uint8Array | Promise<Uint8Array> {
    const rewritten = rewriteUnparsed(bytes)
    if (rewritten !== undefined) return rewritten
    const text = decoder.decode(bytes)
    return andThen(rewriteParsed(text), (other) =>
      other === text ? bytes : encoder.encode(other ?? ''),
    )
  }

  function rewriteData(data: string): ReturnType<RewriteText> {
    if (!mayMatter(data)) return data
    const bytes = encoder.encode(data)
    const rewritten = rewriteUnparsed(bytes)
    if (rewritten === undefined) return rewriteJson(data, rewrite)
    return rewritten === bytes ? data : decoder.decode(rewritten)
  }

  if (isEventStream(contentType)) return createEventStreamRewriter(rewriteData, maxBytes, mayMatter)
  return isJson(contentType) ? createJsonRewriter(rewriteBytes, maxBytes) : undefined
}

/** Anywhere in the value, since that is how clients look for it. */
export function isEventStream(contentType: string | undefined): boolean {
  return contentType?.toLowerCase().includes('text/event-stream') ?? false
}

function isJson(contentType = ''): boolean {
  return /application\/json|\+json/i.test(contentType)
}

function createJsonRewriter(
  rewriteBytes: (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>,
  maxBytes: number,
): BodyRewriter {
  const body = createByteBuffer()
  return {
    push(chunk) {
      if (body.length + chunk.byteLength > maxBytes) throw new AnswerTooLargeError(maxBytes)
      body.append(chunk)
      return NOTHING
    },
    end: () => rewriteBytes(body.take()),
  }
}

function rewriteJson(
  text: string,
  rewrite: RewriteMessage,
): string | undefined | Promise<string | undefined> {
  const body = parse(text)
  if (body === undefined) return text
  const messages = Array.isArray(body.value) ? (body.value as unknown[]) : [body.value]
  return andThen(mapInOrder(messages, rewrite), (rewritten) => {
    if (rewritten.every((message, at) => message === messages[at])) return text
    const kept = rewritten.filter((message) => message !== undefined)
    if (kept.length === 0) return undefined
    return serialise(Array.isArray(body.value) ? kept : kept[0])
  })
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

function serialise(value: unknown): string {
  return JSON.stringify(value).replace(
    FOREIGN_LINE_ENDS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
