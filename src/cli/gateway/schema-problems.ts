import type * as zod from 'zod'
import { nearest } from '../nearest.ts'
import type { KeyPath, Problem } from './problem.ts'

type Issue = zod.core.$ZodIssue
type Schema = zod.core.JSONSchema.BaseSchema
/** A problem that has no place in the file yet. */
export type Unplaced = Omit<Problem, 'line' | 'column' | 'key'> & { readonly path: KeyPath }

/** @param schema The JSON Schema of the file, for what may stand there instead. */
export function explainIssues(issues: readonly Issue[], schema: Schema): readonly Unplaced[] {
  return issues.flatMap((issue) => explain(issue, schema, []))
}

function explain(issue: Issue, schema: Schema, before: KeyPath): readonly Unplaced[] {
  const path = [...before, ...(issue.path as (string | number)[])]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => unknownKey(path, name, schema))
  }
  if (issue.code !== 'invalid_union') return [wrong(path, schema, issue)]
  const branch = bestBranch(issue.errors)
  if (branch === undefined) return [choiceOf(issue, path) ?? wrong(path, schema, issue)]
  return branch.flatMap((inner) => explain(inner, schema, path))
}

/** The alternative whose type is right and that has the fewest mistakes: these are inside of it. */
function bestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const right = branches
    .filter(([first]) => first !== undefined && !isOfType(first))
    .toSorted((one, other) => countMistakes(one) - countMistakes(other))
  const [best, next] = right
  const isTie = best && next && countMistakes(best) === countMistakes(next)
  return isTie ? undefined : best
}

function countMistakes(issues: readonly Issue[]): number {
  const counts = issues.map((issue) => (issue.code === 'unrecognized_keys' ? issue.keys.length : 1))
  return counts.reduce((sum, count) => sum + count, 0)
}

function isOfType({ code, path }: Issue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value')
}

function unknownKey(path: KeyPath, name: string, schema: Schema): Unplaced {
  const refusing = schemasAt(schema, path).filter(
    ({ properties = {} }) => !Object.hasOwn(properties, name),
  )
  const known = refusing.flatMap(({ properties = {} }) => Object.keys(properties))
  const near = nearest(name, known)
  return {
    path: [...path, name],
    rule: 'unknown-key',
    cause: 'There is no such key here.',
    remedy:
      near === undefined ? `These are: ${known.toSorted().join(', ')}.` : `Did you mean ${near}?`,
  }
}

function wrong(path: KeyPath, schema: Schema, issue: Issue): Unplaced {
  const at = schemasAt(schema, path)
  const expected = at.find(({ description }) => description !== undefined)?.description
  const remedy = `Write ${expected ?? (typesOf(at) || 'another value')}.`
  const isMissing = issue.code === 'invalid_type' || issue.code === 'invalid_union'
  if (isMissing && issue.input === undefined)
    return { path, rule: 'missing-key', cause: 'The key is missing.', remedy }
  if (issue.code === 'invalid_value') return choice(path, issue.values.map(String), issue.input)
  const isRange = issue.code === 'too_small' || issue.code === 'too_big'
  return isRange
    ? { path, rule: 'range', cause: rangeCause(issue), remedy }
    : { path, rule: 'type', cause: `This is ${kindOf(issue.input)}.`, remedy }
}

/** A word where one of several could stand, among other things. */
function choiceOf(issue: Issue & { code: 'invalid_union' }, path: KeyPath): Unplaced | undefined {
  const words = issue.errors.flatMap(([first]) =>
    first?.code === 'invalid_value' ? first.values.map(String) : [],
  )
  const isNear = typeof issue.input === 'string' && nearest(issue.input, words) !== undefined
  return isNear ? choice(path, words, issue.input) : undefined
}

function choice(path: KeyPath, values: readonly string[], input: unknown): Unplaced {
  const near = typeof input === 'string' ? nearest(input, values) : undefined
  return {
    path,
    rule: 'choice',
    cause: 'The value is none of those that can stand here.',
    remedy: near === undefined ? `Write one of ${values.join(', ')}.` : `Did you mean ${near}?`,
  }
}

function rangeCause(issue: Issue & { readonly origin?: string }): string {
  const isSmall = issue.code === 'too_small'
  if (issue.origin === 'array') return 'The list is empty.'
  if (issue.origin === 'string') return 'The text is empty.'
  return `The number is too ${isSmall ? 'small' : 'large'}.`
}

function kindOf(input: unknown): string {
  if (input === null) return 'empty'
  if (Array.isArray(input)) return 'a list'
  return KINDS[typeof input] ?? 'a group of keys'
}

const KINDS: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  number: 'a number of another kind',
  string: 'a text of another form',
}

/** All schemas that a value at this path may follow. */
function schemasAt(root: Schema, path: KeyPath): readonly Schema[] {
  let found = alternatives(root)
  for (const step of path) {
    found = found
      .flatMap(({ properties, additionalProperties, items }) => {
        if (typeof step === 'number') return [items]
        const own = properties && Object.hasOwn(properties, step) ? properties[step] : undefined
        return [own ?? additionalProperties]
      })
      .filter((schema) => typeof schema === 'object' && !Array.isArray(schema))
      .flatMap((schema) => alternatives(schema as Schema))
  }
  return found
}

function alternatives(schema: Schema): readonly Schema[] {
  const inner = (schema.anyOf ?? []) as readonly Schema[]
  return [schema, ...inner.flatMap(alternatives)]
}

function typesOf(schemas: readonly Schema[]): string {
  const types = schemas.flatMap(({ type }) =>
    typeof type === 'string' ? [NAMES[type] ?? type] : [],
  )
  return [...new Set(types)].join(' or ')
}

const NAMES: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  object: 'a group of keys',
  string: 'a text',
}
