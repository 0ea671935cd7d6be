import type * as yaml from 'yaml'
import type { KeyPath, Problem } from './problem.ts'

/** Where something stands in the text, both from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** A file of YAML or JSON, and where its keys are. */
export interface ConfigText {
  readonly value: unknown
  readonly problems: readonly Problem[]
  /** Of the key that a path leads to, or of the last one on the way that is there. */
  placeOf(path: KeyPath): Place
}

/** JSON is YAML too. Anchors are allowed, and so few that they cannot fill the memory. */
export function readConfigText(module: typeof yaml, text: string): ConfigText {
  const lines = new module.LineCounter()
  const document = module.parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    strict: true,
    uniqueKeys: true,
    version: '1.2',
  })
  // What follows the first fault of the form is mostly a consequence of it.
  const form = document.errors.find(({ code }) => code !== 'DUPLICATE_KEY')
  const faults = document.errors.filter((error) => error === form || error.code === 'DUPLICATE_KEY')
  const problems = faults.map(({ code, message, pos }): Problem => {
    const { line, col } = lines.linePos(pos[0])
    const { cause, remedy } = explain(code, message)
    return { line, column: col, key: '', rule: 'syntax', cause, remedy }
  })
  problems.push(...unsafeKeys(module, document, lines))
  return {
    value: problems.length === 0 ? document.toJS({ maxAliasCount: 100 }) : undefined,
    problems,
    placeOf(path) {
      const { line, col } = lines.linePos(offsetOf(module, document.contents, path))
      return { line: Math.max(line, 1), column: Math.max(col, 1) }
    },
  }
}

/** Checks of groups whose keys are free pass over this one: what stands there would not count. */
function unsafeKeys(
  module: typeof yaml,
  document: yaml.Document,
  lines: yaml.LineCounter,
): readonly Problem[] {
  const found: Problem[] = []
  module.visit(document, {
    Pair(_index, { key }) {
      if (!module.isScalar(key) || key.value !== '__proto__') return
      const { line, col } = lines.linePos(key.range?.[0] ?? 0)
      found.push({
        line,
        column: col,
        key: '__proto__',
        rule: 'unknown-key',
        cause: 'No key of this file has this name.',
        remedy: 'Remove it, or write the name of what you mean.',
      })
    },
  })
  return found
}

function offsetOf(module: typeof yaml, root: unknown, path: KeyPath): number {
  let node = root
  let offset = module.isNode(root) ? (root.range?.[0] ?? 0) : 0
  for (const step of path) {
    if (module.isMap(node)) {
      const pair = node.items.find(({ key }) => module.isScalar(key) && key.value === step)
      if (pair === undefined) break
      offset = (pair.key as yaml.Scalar).range?.[0] ?? offset
      node = pair.value
    } else if (module.isSeq(node)) {
      const item: unknown = node.items[Number(step)]
      if (!module.isNode(item)) break
      offset = item.range?.[0] ?? offset
      node = item
    } else break
  }
  return offset
}

function explain(code: yaml.ErrorCode, message: string): Pick<Problem, 'cause' | 'remedy'> {
  const known = EXPLAINED.get(code)
  if (known !== undefined) return known
  return {
    // The first sentence: what follows can quote the line, and a secret in it.
    cause: `This is no YAML: ${message.split(/[:\n]/)[0]}.`,
    remedy: 'Check quotes, colons and indentation here and in the line before.',
  }
}

const EXPLAINED: ReadonlyMap<string, Pick<Problem, 'cause' | 'remedy'>> = new Map([
  ['DUPLICATE_KEY', { cause: 'This key stands there twice.', remedy: 'Keep one of them.' }],
  ['TAB_AS_INDENT', { cause: 'A tab indents this line.', remedy: 'Indent with spaces.' }],
  [
    'BAD_INDENT',
    { cause: 'The line is indented otherwise than its neighbours.', remedy: 'Align it with them.' },
  ],
])
