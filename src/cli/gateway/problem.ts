/** A mistake in a configuration file. */
export interface Problem {
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
  /** The path of the key, such as `routes[0].upstream.url`; empty for the file as a whole. */
  readonly key: string
  /** A stable id: a code of the options (`ERR_CONFIG_…`), or the name of a rule of the file. */
  readonly rule: string
  /** A sentence. It quotes nothing that comes from a variable or another file. */
  readonly cause: string
  /** What to write instead, a sentence. */
  readonly remedy: string
}

/** Keys and indices from the root of the file. */
export type KeyPath = readonly (string | number)[]

/** `routes[0].policy.tools["list notes"]`. */
export function formatKey(path: KeyPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    if (!/^[\w$-]+$/.test(step)) return `${text}[${JSON.stringify(step)}]`
    return text === '' ? step : `${text}.${step}`
  }, '')
}

/** Reads what {@link formatKey} has written. */
export function parseKey(text: string): KeyPath {
  const steps = text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([\w$-]+)/g)
  return [...steps].map(([, index, quoted, name = '']) => {
    if (index !== undefined) return Number(index)
    return quoted === undefined ? name : String(JSON.parse(quoted))
  })
}

/** One line for each problem, in the order of the file. */
export function formatProblems(file: string, problems: readonly Problem[]): readonly string[] {
  const inOrder = problems.toSorted((one, other) => one.line - other.line)
  return inOrder.map(({ line, column, key, rule, cause, remedy }) => {
    const place = `${file}:${line}:${column}: ${key === '' ? '' : `${key}: `}`
    return `${place}${cause} ${remedy} [${rule}]`
  })
}
