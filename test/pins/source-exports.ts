import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

export const SRC: string = resolve(import.meta.dirname, '../../src')

const DECLARATION =
  /^export (?:async )?(?:abstract )?(?:function|class|interface|type|const|let) (?<name>\w+)/gm
const LIST = /^export (?<type>type )?\{(?<names>[^}]*)\}/gms

/** The files of `src/` that the package exports. */
export function entryFiles(): readonly string[] {
  const manifest = readFileSync(join(SRC, '../package.json'), 'utf8')
  const { exports } = JSON.parse(manifest) as { exports: Readonly<Record<string, unknown>> }
  return Object.values(exports).flatMap((entry) => {
    const { 'mcp-gatehouse-source': file } = entry as Readonly<Record<string, string>>
    return file === undefined ? [] : [file.replace('./src/', '')]
  })
}

/** The names that a file of `src/` exports, types included, sorted. */
export function sourceExports(file: string): readonly string[] {
  const source = readFileSync(join(SRC, file), 'utf8')
  const declared = [...source.matchAll(DECLARATION)].map(({ groups }) => groups?.['name'] ?? '')
  const listed = [...source.matchAll(LIST)].flatMap(({ groups }) =>
    (groups?.['names'] ?? '')
      .split(',')
      .map((name) =>
        name
          .trim()
          .replace(/^type /, '')
          .replace(/^.* as /, ''),
      )
      .filter((name) => name !== ''),
  )
  return [...new Set([...declared, ...listed])].toSorted()
}

/** What a file of `src/` imports when it runs: files of `src/`, and packages by their names. */
export function runtimeImports(file: string): readonly string[] {
  const dynamic = readFileSync(join(SRC, file), 'utf8').matchAll(/\bimport\('(?<from>[^']+)'\)/g)
  return [...staticImports(file), ...[...dynamic].map((found) => resolveFrom(file, found))]
}

/** What a file of `src/` imports as soon as it is loaded. */
export function staticImports(file: string): readonly string[] {
  const source = readFileSync(join(SRC, file), 'utf8')
  const statements = source.matchAll(
    /^(?:import|export) (?!type )(?<what>[^'"]*?)from '(?<from>[^']+)'/gms,
  )
  const bare = source.matchAll(/^import '(?<from>[^']+)'/gm)
  const found = [...statements].filter(({ groups }) => hasValue(groups?.['what'] ?? ''))
  return [...found, ...bare].map((statement) => resolveFrom(file, statement))
}

function resolveFrom(file: string, { groups }: RegExpMatchArray): string {
  const from = groups?.['from'] ?? ''
  return from.startsWith('.') ? join(dirname(file), from) : from
}

/** Whether a list of imported names has one that is no type; `* as x` and defaults are values. */
function hasValue(what: string): boolean {
  const list = /\{(?<names>[^}]*)\}/s.exec(what)?.groups?.['names']
  if (list === undefined) return true
  const isDefaultToo = /^\s*\w+\s*,/.test(what)
  const names = list.split(',').map((name) => name.trim())
  return isDefaultToo || names.some((name) => name !== '' && !name.startsWith('type '))
}
