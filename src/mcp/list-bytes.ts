import { createJsonCursor, type JsonCursor } from './json-cursor.ts'
import { LIST_SHAPES, type ListResult, type ListShape, MODERN_FIELDS } from './list-result.ts'

/** From one offset to another, which is not part of it. */
interface Span {
  readonly start: number
  readonly end: number
}

interface Item extends Span {
  /** What a policy knows it by; `undefined` for one that is malformed. */
  readonly name: string | undefined
}

/** Where a list is in the text of its message. */
interface FoundList {
  readonly shape: ListShape
  readonly items: readonly Item[]
  /** The members of the result, by their keys. */
  readonly members: ReadonlyMap<string, Span>
  /** The end of the result, behind its brace. */
  readonly end: number
}

/** What stands in the text instead of a part of it. */
interface Edit extends Span {
  readonly pieces: readonly Uint8Array[]
}

// A message with one of these may be more than a list.
const OTHER_MEANINGS: ReadonlySet<string> = new Set(['method', 'task', 'taskId', 'tasks'])

const decoder = new TextDecoder()
const encoder = new TextEncoder()
const PRIVATE = encoder.encode('"private"')
const PRIVATE_MEMBER = encoder.encode(',"cacheScope":"private"')
const [OPEN, COMMA, CLOSE] = ['[', ',', ']'].map((text) => encoder.encode(text)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
]

/**
 * Filters a list as `listResultOf` and `withItems` do, but in its bytes: most of a long list are
 * schemas, of which nothing has to be made. What stays keeps its bytes.
 *
 * @param bytes A JSON text.
 * @returns The same array where nothing changes; `undefined` for what is no list, and for a list
 *   that is written in an unusual way, which must be parsed.
 */
export function filterListBytes(
  bytes: Uint8Array,
  isKept: (kind: ListResult['kind'], name: string) => boolean,
): Uint8Array | undefined {
  const list = findList(bytes)
  if (list === undefined) return undefined
  const { kind } = list.shape
  const runs = keptRuns(list, ({ name }) => name !== undefined && isKept(kind, name))
  const edits = [...editItems(bytes, list, runs), ...editCacheScope(bytes, list)]
  return edits.length === 0 ? bytes : applyEdits(bytes, edits)
}

function findList(bytes: Uint8Array): FoundList | undefined {
  const cursor = createJsonCursor(bytes)
  let list: FoundList | undefined
  const isRead = cursor.readMembers(() => {
    const key = textOf(bytes, cursor)
    if (key !== 'result') return !OTHER_MEANINGS.has(key) && cursor.skip()
    // Parsers do not agree on which of two counts.
    if (list !== undefined) return false
    list = findInResult(bytes, cursor)
    return list !== undefined
  })
  return isRead && cursor.isAtEnd() ? list : undefined
}

function findInResult(bytes: Uint8Array, cursor: JsonCursor): FoundList | undefined {
  const members = new Map<string, Span>()
  let shape: ListShape | undefined
  let items: readonly Item[] | undefined
  const isRead = cursor.readMembers(() => {
    const key = textOf(bytes, cursor)
    const { at: start } = cursor
    const shapeOfKey = LIST_SHAPES.find(({ field }) => field === key)
    const isSecond = members.has(key) || (shape !== undefined && shapeOfKey !== undefined)
    if (isSecond || OTHER_MEANINGS.has(key)) return false
    if (shapeOfKey !== undefined) {
      shape = shapeOfKey
      items = findItems(bytes, cursor, shape)
      if (items === undefined) return false
    } else if (!cursor.skip()) return false
    members.set(key, { start, end: cursor.at })
    return true
  })
  if (!isRead || shape === undefined || items === undefined) return undefined
  return { shape, items, members, end: cursor.at }
}

function findItems(
  bytes: Uint8Array,
  cursor: JsonCursor,
  { name: nameKey }: ListShape,
): readonly Item[] | undefined {
  const items: Item[] = []
  let name: string | undefined
  const readMember = (): boolean => {
    if (!spells(bytes, cursor.textStart, cursor.textEnd, nameKey)) return cursor.skip()
    if (name !== undefined || !cursor.readString()) return false
    name = textOf(bytes, cursor)
    return true
  }
  const isRead = cursor.readElements(() => {
    const { at: start } = cursor
    name = undefined
    const isItem = cursor.readMembers(readMember)
    items.push({ start, end: cursor.at, name })
    return isItem
  })
  return isRead ? items : undefined
}

/** What is kept, from its first item to its last wherever nothing is left out between. */
function keptRuns({ items }: FoundList, isKept: (item: Item) => boolean): readonly Span[] {
  const runs: Span[] = []
  let run: { start: number; end: number } | undefined
  for (const item of items) {
    if (!isKept(item)) run = undefined
    else if (run !== undefined) run.end = item.end
    else runs.push((run = { start: item.start, end: item.end }))
  }
  return runs
}

function editItems(
  bytes: Uint8Array,
  { shape, items, members }: FoundList,
  runs: readonly Span[],
): readonly Edit[] {
  const array = members.get(shape.field)
  const isWhole = runs[0]?.start === items[0]?.start && runs[0]?.end === items.at(-1)?.end
  if (array === undefined || isWhole) return []
  const kept = runs.flatMap(({ start, end }, index) => {
    const run = bytes.subarray(start, end)
    return index === 0 ? [run] : [COMMA, run]
  })
  return [{ ...array, pieces: [OPEN, ...kept, CLOSE] }]
}

/** What one caller sees is nobody else's (MCP 2026-07-28, "Caching"). */
function editCacheScope(bytes: Uint8Array, { members, end }: FoundList): readonly Edit[] {
  if (!MODERN_FIELDS.some((field) => members.has(field))) return []
  const scope = members.get('cacheScope')
  if (scope === undefined) return [{ start: end - 1, end: end - 1, pieces: [PRIVATE_MEMBER] }]
  return spells(bytes, scope.start, scope.end, '"private"') ? [] : [{ ...scope, pieces: [PRIVATE] }]
}

function applyEdits(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const pieces: Uint8Array[] = []
  let at = 0
  for (const { start, end, pieces: instead } of edits.toSorted((a, b) => a.start - b.start)) {
    pieces.push(bytes.subarray(at, start), ...instead)
    at = end
  }
  pieces.push(bytes.subarray(at))
  return concatenate(pieces)
}

function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.byteLength
  }
  return whole
}

/** Whether these bytes are this ASCII text. */
function spells(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false
  for (let at = 0; at < text.length; at += 1) {
    if (bytes[start + at] !== text.charCodeAt(at)) return false
  }
  return true
}

function textOf(bytes: Uint8Array, { textStart, textEnd }: JsonCursor): string {
  return decoder.decode(bytes.subarray(textStart, textEnd))
}
