/**
 * Patterns of names: `*` in any key, and URI templates (RFC 6570) in the keys of resources.
 *
 * A name comes from the caller, so matching it never backtracks: it follows all ways through the
 * pattern at once, in time proportional to the length of the name.
 *
 * @module
 */

// A step is the code of the one character it takes, or one of these.
/** Any characters, or none. */
const ANY = -1
/** One character of a path segment. */
const SEGMENT_START = -2
/** Further characters of a path segment, or none. */
const SEGMENT_REST = -3

const SEGMENT_ENDS: ReadonlySet<number> = new Set(codesOf('/?#'))

const ASTERISK = '*'.charCodeAt(0)

// expression = "{" [ operator ] variable-list "}", RFC 6570 §2.2
const EXPRESSION = /^[+#./;?&]?[\w%-][\w%.-]*(?:\*|:\d{1,4})?(?:,[\w%-][\w%.-]*(?:\*|:\d{1,4})?)*$/
const SPANS_SEGMENTS = /^[+#./;?&]|\*/

/** A key that stands for many names. */
export interface NamePattern {
  readonly key: string
  readonly steps: readonly number[]
  /** What every matching name begins with. */
  readonly prefix: string
  /** How many characters a matching name shares with the pattern. */
  readonly literals: number
  readonly wildcards: number
  /** How many of the wildcards go beyond one segment. */
  readonly anyWildcards: number
}

/** Reads `*` as any text, also none; everything else stands for itself. */
export function parseGlob(key: string): NamePattern {
  return buildPattern(
    key,
    Array.from(codesOf(key), (code) => (code === ASTERISK ? ANY : code)),
  )
}

/**
 * Reads a URI template: `{x}` is a non-empty text without `/`, `?` and `#`; an expression with an
 * operator or `*` (`{+x}`, `{/x*}`, `{?x}`) any text, and so is a `*` outside of expressions.
 *
 * Returns `undefined` where an expression breaks the grammar of RFC 6570 §2.2.
 */
export function parseUriTemplate(key: string): NamePattern | undefined {
  const steps: number[] = []
  let at = 0
  while (at < key.length) {
    const open = key.indexOf('{', at)
    const literal = key.slice(at, open === -1 ? undefined : open)
    if (literal.includes('}')) return undefined
    steps.push(...parseGlob(literal).steps)
    if (open === -1) break
    const close = key.indexOf('}', open)
    const expression = close === -1 ? '' : key.slice(open + 1, close)
    if (!EXPRESSION.test(expression)) return undefined
    steps.push(...(SPANS_SEGMENTS.test(expression) ? [ANY] : [SEGMENT_START, SEGMENT_REST]))
    at = close + 1
  }
  return buildPattern(key, steps)
}

function buildPattern(key: string, read: readonly number[]): NamePattern {
  const steps = read.filter((step, index) => step !== ANY || read[index - 1] !== ANY)
  const firstWildcard = steps.findIndex((step) => step < 0)
  const prefix = steps.slice(0, firstWildcard === -1 ? undefined : firstWildcard)
  const anyWildcards = steps.filter((step) => step === ANY).length
  return {
    key,
    steps,
    prefix: prefix.map((code) => String.fromCharCode(code)).join(''),
    literals: steps.filter((step) => step >= 0).length,
    wildcards: anyWildcards + steps.filter((step) => step === SEGMENT_START).length,
    anyWildcards,
  }
}

function* codesOf(text: string): Generator<number> {
  for (let at = 0; at < text.length; at += 1) yield text.charCodeAt(at)
}

/** Whether the whole of `name` matches. */
export function matchesName({ steps, prefix }: NamePattern, name: string): boolean {
  if (!name.startsWith(prefix)) return false
  const end = steps.length
  const endsInAny = steps[end - 1] === ANY
  const enteredAt = new Int32Array(end + 1).fill(-1)
  let states = enter(steps, prefix.length, prefix.length, enteredAt, [])
  for (let at = prefix.length; at < name.length; at += 1) {
    if (endsInAny && enteredAt[end - 1] === at) return true
    const code = name.charCodeAt(at)
    const next: number[] = []
    for (const state of states) {
      const step = steps[state]
      if (step === undefined || !takes(step, code)) continue
      enter(steps, repeats(step) ? state : state + 1, at + 1, enteredAt, next)
    }
    if (next.length === 0) return false
    states = next
  }
  return enteredAt[end] === name.length
}

/** Adds a state, and those that are reached from it without a character. */
function enter(
  steps: readonly number[],
  from: number,
  at: number,
  enteredAt: Int32Array,
  states: number[],
): number[] {
  for (let state = from; enteredAt[state] !== at; state += 1) {
    enteredAt[state] = at
    states.push(state)
    if (!repeats(steps[state])) break
  }
  return states
}

function takes(step: number, code: number): boolean {
  if (step >= 0) return step === code
  return step === ANY || !SEGMENT_ENDS.has(code)
}

function repeats(step: number | undefined): boolean {
  return step === ANY || step === SEGMENT_REST
}

/** Whether some name matches both. */
export function overlap(one: NamePattern, other: NamePattern): boolean {
  if (!one.prefix.startsWith(other.prefix) && !other.prefix.startsWith(one.prefix)) return false
  const width = other.steps.length + 1
  const seen = new Uint8Array((one.steps.length + 1) * width)
  const open = [0]
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (seen[state] === 1) continue
    seen[state] = 1
    const left = one.steps[Math.floor(state / width)]
    const right = other.steps[state % width]
    if (left === undefined && right === undefined) return true
    if (repeats(left)) open.push(state + width)
    if (repeats(right)) open.push(state + 1)
    if (left === undefined || right === undefined || !meet(left, right)) continue
    open.push(state + (repeats(left) ? 0 : width) + (repeats(right) ? 0 : 1))
  }
  return false
}

/** Whether one character can be taken by both steps. */
function meet(left: number, right: number): boolean {
  if (left < 0 && right < 0) return true
  return left < 0 ? takes(left, right) : takes(right, left)
}

/** Negative where `one` is more specific: more literal characters, then fewer, narrower wildcards. */
export function compareSpecificity(one: NamePattern, other: NamePattern): number {
  return (
    other.literals - one.literals ||
    one.wildcards - other.wildcards ||
    one.anyWildcards - other.anyWildcards
  )
}
