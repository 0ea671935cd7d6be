/**
 * JSON as a token may contain it: one object in well-formed UTF-8, every member once, nested at
 * most 64 levels. `JSON.parse` alone keeps the last of two members, and which one counts would
 * differ from the issuer's parser (RFC 7519 §4, RFC 8725 §2.4).
 *
 * @module
 */

const MAX_DEPTH = 64
// A byte order mark is kept, so that `JSON.parse` refuses it (RFC 8259 §8.1).
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** An object without a prototype, so that no name is found that was not in the document. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Parses `bytes`, or returns `undefined` for anything but a non-empty strict JSON object. */
export function parseStrictObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const text = decoder.decode(bytes)
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined
    const plain = withPlainNames(text)
    if (plain === undefined) return undefined
    const value: object = plain === text ? parsed : (JSON.parse(plain) as object)
    if (Object.keys(value).length === 0) return undefined
    return Object.assign(Object.create(null), value) as JsonObject
  } catch {
    return undefined
  }
}

/**
 * Looks for what `JSON.parse` lets pass. `text` is valid JSON, so a few characters tell it all.
 *
 * @returns The text with every name written without escapes, since V8 can take an escaped name
 *   for the name of an object that it parsed earlier, perhaps an attacker's (nodejs/node#63785).
 *   `undefined` where the text is not strict, or a name cannot be written so.
 */
function withPlainNames(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = []
  let plain = ''
  let copied = 0
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (character === '{' || character === '[') {
      if (open.push(character === '{' ? new Set() : undefined) > MAX_DEPTH) return undefined
    } else if (character === '}' || character === ']') {
      open.pop()
    } else if (character === '"') {
      const end = endOfString(text, at)
      const literal = text.slice(at, end)
      const isEscaped = literal.includes('\\')
      const string = isEscaped ? (JSON.parse(literal) as string) : literal.slice(1, -1)
      // Without an escape it is as well-formed as the UTF-8 that it came in.
      if (isEscaped && !string.isWellFormed()) return undefined
      const isName = isFollowedByColon(text, end)
      if (isName && !addOnce(open.at(-1), string)) return undefined
      if (isName && isEscaped) {
        const name = JSON.stringify(string)
        if (name.includes('\\')) return undefined
        plain += text.slice(copied, at) + name
        copied = end
      }
      at = end - 1
    }
  }
  return copied === 0 ? text : plain + text.slice(copied)
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (isAfterBackslash(text, end)) end = text.indexOf('"', end + 1)
  return end + 1
}

/** An odd number of backslashes stands before the character. */
function isAfterBackslash(text: string, at: number): boolean {
  let first = at
  while (text[first - 1] === '\\') first -= 1
  return (at - first) % 2 === 1
}

function isFollowedByColon(text: string, at: number): boolean {
  let next = at
  while (text[next] !== ':' && /\s/.test(text[next] ?? 'x')) next += 1
  return text[next] === ':'
}

function addOnce(names: Set<string> | undefined, name: string): boolean {
  if (names === undefined || names.has(name)) return false
  names.add(name)
  return true
}
