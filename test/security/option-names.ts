import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SRC } from '../pins/source-exports.ts'
import type { Reader } from './option-reader.ts'

/** A type of `src/` as its file declares it. */
interface Declaration {
  readonly file: string
  readonly isExported: boolean
  /** What it is made of, such as `A, Omit<B, 'c'>` or `A & (B | C)`. */
  readonly parts: string
  readonly own: readonly string[]
}

// The formatter indents the properties of a declaration by two, and closes it at the margin.
const INTERFACE =
  /^(?<exported>export )?interface (?<name>\w+)(?:<[^{]*?>)?\s*(?:extends (?<parts>[^{]*))?\{(?<body>\}|.*?^\})/gms
const ALIAS = /^(?<exported>export )?type (?<name>\w+)(?:<[^=]*>)? =(?<parts>.*?)(?=^\S|(?![^]))/gms
const PROPERTY = /^ {2}(?:readonly )?(?<name>\w+)\??[:(]/gm
const REFERENCE =
  /\b(?:(?<utility>Omit|Pick)<\s*(?<from>\w+),\s+(?<names>[^>]*)>|(?<name>[A-Z]\w*))/g

const DECLARATIONS = readDeclarations()

/** The names of all options that a reader knows: those of its types, as the source declares them. */
export function realNames({ type, alsoReads = [], names }: Reader): ReadonlySet<string> {
  const types = [...(type === undefined ? [] : [type]), ...alsoReads]
  return new Set(types.length === 0 ? names : types.flatMap((name) => propertiesOf(name)))
}

function propertiesOf(type: string, usedIn?: string): readonly string[] {
  const { file, own, parts } = findDeclaration(type, usedIn)
  const inherited = [...parts.matchAll(REFERENCE)].flatMap(({ groups = {} }) => {
    const { utility, from, names = '', name = '' } = groups
    if (utility === undefined) return propertiesOf(name, file)
    const chosen = [...names.matchAll(/'(\w+)'/g)].map(([, one = '']) => one)
    if (utility === 'Pick') return chosen
    return propertiesOf(from ?? '', file).filter((one) => !chosen.includes(one))
  })
  const properties = [...own, ...inherited]
  if (properties.length === 0) throw new Error(`${type} has no properties`)
  return properties
}

function findDeclaration(type: string, usedIn: string | undefined): Declaration {
  const all = DECLARATIONS.get(type) ?? []
  const near = all.find(({ file }) => file === usedIn)
  const exported = all.filter(({ isExported }) => isExported)
  const found = near ?? exported[0]
  if (found === undefined || (near === undefined && exported.length > 1)) {
    throw new Error(`${type} is declared ${exported.length} times`)
  }
  return found
}

function readDeclarations(): ReadonlyMap<string, readonly Declaration[]> {
  const declarations = new Map<string, Declaration[]>()
  for (const file of globSync('**/*.ts', { cwd: SRC })) {
    const source = readFileSync(join(SRC, file), 'utf8').replaceAll(
      /\/\*\*.*?\*\/|\/\/[^\n]*/gs,
      '',
    )
    for (const { groups = {} } of [...source.matchAll(INTERFACE), ...source.matchAll(ALIAS)]) {
      const { exported, name = '', parts = '', body = '' } = groups
      const own = [...body.matchAll(PROPERTY)].map((property) => property.groups?.['name'] ?? '')
      const declaration = { file, isExported: exported !== undefined, parts, own }
      declarations.set(name, [...(declarations.get(name) ?? []), declaration])
    }
  }
  return declarations
}
