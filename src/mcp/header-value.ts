/**
 * Header fields that mirror values of the body (MCP 2026-07-28, "Value Encoding").
 *
 * @module
 */

/** Reads a field by its name in lower case: one value per line, where lines can be told apart. */
export type ReadHeader = (name: string) => readonly string[]

export type HeaderValue =
  | { readonly kind: 'absent' }
  /** Repeated, or with characters that a field value cannot have. */
  | { readonly kind: 'malformed' }
  | { readonly kind: 'value'; readonly value: string }

const ABSENT: HeaderValue = { kind: 'absent' }
const MALFORMED: HeaderValue = { kind: 'malformed' }
const PREFIX = '=?base64?'
const SUFFIX = '?='
// Visible ASCII, space and tab: what MCP lets into a mirrored field.
const FIELD_VALUE = /^[\t\x20-\x7E]*$/

// A byte order mark is part of a name, whoever else would skip it.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads the one line of a field, without the white space around it (RFC 9110 §5.5). */
export function readHeaderValue(lines: readonly string[]): HeaderValue {
  const [line, second] = lines
  if (line === undefined) return ABSENT
  // Which of two lines counts would differ between servers.
  if (second !== undefined || !FIELD_VALUE.test(line)) return MALFORMED
  return { kind: 'value', value: withoutSpace(line) }
}

/** Reads a field that may be encoded as `=?base64?…?=`. */
export function readEncodedHeaderValue(lines: readonly string[]): HeaderValue {
  const field = readHeaderValue(lines)
  if (field.kind !== 'value') return field
  const { value } = field
  const isEncoded =
    value.length >= PREFIX.length + SUFFIX.length &&
    value.startsWith(PREFIX) &&
    value.endsWith(SUFFIX)
  return isEncoded ? decode(value.slice(PREFIX.length, -SUFFIX.length)) : field
}

function decode(base64: string): HeaderValue {
  try {
    const bytes = atob(base64)
    // `atob` forgives white space, missing padding and stray bits: one text would have many forms.
    if (btoa(bytes) !== base64) return MALFORMED
    const value = decoder.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)))
    return { kind: 'value', value }
  } catch {
    return MALFORMED
  }
}

function withoutSpace(line: string): string {
  let start = 0
  let end = line.length
  while (start < end && isSpace(line[start])) start += 1
  while (end > start && isSpace(line[end - 1])) end -= 1
  return line.slice(start, end)
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}
