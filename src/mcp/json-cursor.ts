/**
 * Goes over a JSON text once, from front to back, and makes nothing of what it passes.
 *
 * It is no validator: of valid JSON it finds the same values as `JSON.parse`; of other texts it may
 * find anything, but ends. Every method says whether it found what it went over.
 */
export interface JsonCursor {
  /** The offset of the next value, or behind the last one. */
  readonly at: number
  /** Where the key or string begins that was read last; `textEnd` is behind it. */
  readonly textStart: number
  readonly textEnd: number
  /**
   * Goes over an object whose keys have no escapes. `onMember` goes over the value of one member;
   * its key, without quotes, is what {@link JsonCursor.textStart} and `textEnd` enclose.
   */
  readMembers(onMember: () => boolean): boolean
  /** Goes over an array. `onElement` goes over one element. */
  readElements(onElement: () => boolean): boolean
  /** Goes over a string without escapes; `textStart` and `textEnd` enclose it, without quotes. */
  readString(): boolean
  /** Goes over any value. */
  skip(): boolean
  /** Whether nothing but white space is left. */
  isAtEnd(): boolean
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

/** @param bytes In UTF-8, none of whose characters but ASCII ones have an ASCII byte. */
export function createJsonCursor(bytes: Uint8Array): JsonCursor {
  let at = 0
  let textStart = 0
  let textEnd = 0

  const skipSpace = (): void => void (at = behindSpace(bytes, at))

  /** Goes over one character, and the space before it. */
  function take(code: number): boolean {
    skipSpace()
    if (bytes[at] !== code) return false
    at += 1
    return true
  }

  function readString(): boolean {
    if (bytes[at] !== QUOTE) return false
    textStart = at + 1
    textEnd = endOfPlainText(bytes, textStart)
    at = textEnd + 1
    return bytes[textEnd] === QUOTE
  }

  function skip(): boolean {
    const start = at
    at = endOfValue(bytes, at)
    return at > start && at <= bytes.length
  }

  function readMembers(onMember: () => boolean): boolean {
    if (!take(OPEN_BRACE)) return false
    if (take(CLOSE_BRACE)) return true
    do {
      skipSpace()
      if (!readString() || !take(COLON)) return false
      skipSpace()
      if (!onMember()) return false
    } while (take(COMMA))
    return take(CLOSE_BRACE)
  }

  function readElements(onElement: () => boolean): boolean {
    if (!take(OPEN_BRACKET)) return false
    if (take(CLOSE_BRACKET)) return true
    do {
      skipSpace()
      if (!onElement()) return false
    } while (take(COMMA))
    return take(CLOSE_BRACKET)
  }

  return {
    get at() {
      return at
    },
    get textStart() {
      return textStart
    },
    get textEnd() {
      return textEnd
    },
    readMembers,
    readElements,
    readString,
    skip,
    isAtEnd: () => behindSpace(bytes, at) === bytes.length,
  }
}

function behindSpace(bytes: Uint8Array, start: number): number {
  let at = start
  while (isSpace(bytes[at])) at += 1
  return at
}

/** Behind the value that begins here; beyond the text where it does not end. */
function endOfValue(bytes: Uint8Array, start: number): number {
  const first = bytes[start]
  if (first === QUOTE) return endOfString(bytes, start)
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return endOfNested(bytes, start)
  let at = start
  while (at < bytes.length && !endsLiteral(bytes[at])) at += 1
  return at
}

/** At the first quote or backslash. */
function endOfPlainText(bytes: Uint8Array, start: number): number {
  let at = start
  while (at < bytes.length && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH) at += 1
  return at
}

function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1
  while (at < bytes.length) {
    const byte = bytes[at]
    if (byte === QUOTE) return at + 1
    at += byte === BACKSLASH ? 2 : 1
  }
  return bytes.length + 1
}

function endOfNested(bytes: Uint8Array, start: number): number {
  let depth = 0
  let at = start
  while (at < bytes.length) {
    const byte = bytes[at]
    if (byte === QUOTE) {
      at = endOfString(bytes, at)
      continue
    }
    at += 1
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1
    if (depth === 0) return at
  }
  return bytes.length + 1
}

function endsLiteral(byte: number | undefined): boolean {
  return byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || isSpace(byte)
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}
