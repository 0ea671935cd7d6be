import { describe, expect, test } from 'vitest'
import { parseStrictObject } from '../../src/verifiers/strict-json.ts'
import * as fc from './fast-check.ts'
import { RUNS } from './runs.ts'

/** A document as it is written: members may stand twice, and names may be written with escapes. */
type Node =
  | { readonly kind: 'text'; readonly value: string; readonly isEscaped: boolean }
  | { readonly kind: 'other'; readonly json: string }
  | { readonly kind: 'list'; readonly items: readonly Node[]; readonly space: string }
  | { readonly kind: 'object'; readonly members: readonly Member[]; readonly space: string }
type Member = readonly [name: string, isEscaped: boolean, value: Node]

// Few names, so that some stand twice; among them what could confuse a scanner of the text.
const name = fc.constantFrom(
  'a',
  'b',
  'aud',
  '',
  '"',
  '\\',
  '\\"',
  ':',
  '{',
  '}',
  '__proto__',
  '😀',
)
const space = fc.constantFrom('', ' ', '\n', '\t \r\n')
const { document } = fc.letrec<{ node: Node; document: Node }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ kind: fc.constant('text' as const), value: name, isEscaped: fc.boolean() }),
    fc.record({
      kind: fc.constant('other' as const),
      json: fc.constantFrom('0', '-1.5e3', 'true', 'false', 'null'),
    }),
    fc.record({
      kind: fc.constant('list' as const),
      items: fc.array(tie('node'), { maxLength: 4 }),
      space,
    }),
    tie('document'),
  ),
  document: fc.record({
    kind: fc.constant('object' as const),
    members: fc.array(fc.tuple(name, fc.boolean(), tie('node')), { maxLength: 4 }),
    space,
  }),
}))

function write(node: Node): string {
  switch (node.kind) {
    case 'text':
      return writeText(node.value, node.isEscaped)
    case 'other':
      return node.json
    case 'list':
      return `[${node.space}${node.items.map(write).join(`${node.space},`)}${node.space}]`
    case 'object': {
      const { space: gap, members } = node
      const written = members.map(
        ([key, isEscaped, value]) =>
          `${gap}${writeText(key, isEscaped)}${gap}:${gap}${write(value)}${gap}`,
      )
      return `{${written.join(',')}${gap}}`
    }
    default:
      return node satisfies never
  }
}

function writeText(value: string, isEscaped: boolean): string {
  if (!isEscaped) return JSON.stringify(value)
  const units = value.split('').map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'))
  return `"${units.map((unit) => `\\u${unit}`).join('')}"`
}

function hasDuplicate(node: Node): boolean {
  if (node.kind === 'list') return node.items.some(hasDuplicate)
  if (node.kind !== 'object') return false
  const names = node.members.map(([key]) => key)
  return (
    new Set(names).size < names.length || node.members.some(([, , value]) => hasDuplicate(value))
  )
}

/** What the document says, read off the tree and not by a parser. */
function model(node: Node): unknown {
  switch (node.kind) {
    case 'text':
      return node.value
    case 'other':
      return JSON.parse(node.json)
    case 'list':
      return node.items.map(model)
    case 'object': {
      const object = Object.create(null) as Record<string, unknown>
      for (const [key, , value] of node.members) object[key] = model(value)
      return object
    }
    default:
      return node satisfies never
  }
}

/** Whether some name has a character that JSON cannot write without an escape. */
function hasOddName(node: Node): boolean {
  if (node.kind === 'list') return node.items.some(hasOddName)
  if (node.kind !== 'object') return false
  return node.members.some(([key, , value]) => isOdd(key) || hasOddName(value))
}

const isOdd = (key: string): boolean => JSON.stringify(key).includes('\\')
const parse = (text: string): string | undefined => asText(parseStrictObject(Buffer.from(text)))
/** Compared as text: `toEqual` would look through `__proto__`. */
const asText = (value: unknown): string | undefined => JSON.stringify(value)

function parsedByPlatform(bytes: Uint8Array): string | undefined {
  try {
    return asText(JSON.parse(Buffer.from(bytes).toString()))
  } catch {
    return undefined
  }
}

// Names need no escape: V8 misreads some that do (nodejs/node#63785), so it is no measure there.
const plainName = fc.string({ unit: 'binary' }).filter((key) => !isOdd(key))
const claims = fc
  .object({
    key: plainName,
    values: [fc.string({ unit: 'binary' }), fc.double(), fc.boolean(), fc.constant(null)],
    maxDepth: 6,
  })
  .filter((object) => Object.keys(object).length > 0)

describe('strict JSON', () => {
  test('a document is read exactly as it is meant, or refused where a member stands twice', () => {
    const counts = { read: 0, duplicate: 0 }
    fc.assert(
      fc.property(document, (node) => {
        const isEmpty = node.kind === 'object' && node.members.length === 0
        const isRefused = hasDuplicate(node) || isEmpty
        counts[isRefused ? 'duplicate' : 'read'] += 1
        const expected = isRefused ? undefined : asText(model(node))
        // A name that needs an escape may be refused too; it must not be read as another.
        const allowed = hasOddName(node) ? [expected, undefined] : [expected]
        expect(allowed).toContain(parse(write(node)))
      }),
      RUNS,
    )
    expect(Math.min(counts.read, counts.duplicate)).toBeGreaterThan(RUNS.numRuns / 20)
  })

  test('whatever JSON.stringify writes is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(claims, fc.nat(4), (object, indent) => {
        const text = JSON.stringify(object, null, indent)
        expect(parse(text)).toBe(asText(JSON.parse(text)))
      }),
      RUNS,
    )
  })

  test('a member added a second time to any document is refused', () => {
    fc.assert(
      fc.property(claims, fc.nat(), fc.boolean(), (object, index, isEscaped) => {
        const names = Object.keys(object)
        const again = writeText(names[index % names.length] ?? '', isEscaped)
        expect(parse(JSON.stringify(object).replace(/\}$/, `,${again}:0}`))).toBeUndefined()
      }),
      RUNS,
    )
  })

  test('no bytes make it throw, and what it reads JSON.parse reads too', () => {
    const alphabet = fc.constantFrom(...'{}[]":, \n0eu-ttrueaA\uFEFF\0'.split(''))
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.array(alphabet, { maxLength: 40 }).map((parts) => Buffer.from(`{"${parts.join('')}`)),
    )
    fc.assert(
      fc.property(bytes, (some) => {
        const parsed = asText(parseStrictObject(some))
        expect([undefined, parsedByPlatform(some)]).toContain(parsed)
      }),
      RUNS,
    )
  })
})
