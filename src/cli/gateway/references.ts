import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { KeyPath } from './problem.ts'

/** What the values of a file may refer to. */
export interface ReferenceSources {
  readonly env: Readonly<Record<string, string | undefined>>
  /** What relative paths start from. */
  readonly folder: string
}

export interface ReferenceFault {
  readonly path: KeyPath
  readonly cause: string
  readonly remedy: string
}

/** A file's values, and which of them come from elsewhere. */
export interface Resolved {
  readonly value: unknown
  readonly faults: readonly ReferenceFault[]
  /** Keys, as {@link formatKey} writes them, whose values are not in the file itself. */
  readonly referenced: ReadonlyMap<string, 'environment' | 'file'>
}

const VARIABLE = /\$(\$?)\{([^}]*)\}/g
const NAME = /^[A-Za-z_]\w*$/
const FILE = 'file:'

/**
 * Puts in the values of `${VARIABLE}` anywhere in a text, and of `file:path` where that is the whole
 * text; `$${` is `${` itself. A variable that is unset or empty, and an empty file, are faults.
 *
 * @param formatKey Writes the path of a key.
 */
export async function resolveReferences(
  root: unknown,
  sources: ReferenceSources,
  formatKey: (path: KeyPath) => string,
): Promise<Resolved> {
  const faults: ReferenceFault[] = []
  const referenced = new Map<string, 'environment' | 'file'>()

  async function visit(value: unknown, path: KeyPath): Promise<unknown> {
    if (Array.isArray(value)) {
      return Promise.all(value.map((item, index) => visit(item, [...path, index])))
    }
    if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value).map(
        async ([name, inner]) => [name, await visit(inner, [...path, name])] as const,
      )
      return Object.fromEntries(await Promise.all(entries))
    }
    if (typeof value !== 'string') return value
    if (value.startsWith(FILE)) return fileValue(value.slice(FILE.length), path)
    return environmentValue(value, path)
  }

  async function fileValue(name: string, path: KeyPath): Promise<string> {
    referenced.set(formatKey(path), 'file')
    try {
      const text = (await readFile(resolve(sources.folder, name), 'utf8')).trim()
      if (text !== '') return text
      faults.push({ path, cause: 'The file is empty.', remedy: 'Write the value into it.' })
    } catch (error) {
      const code = String((error as NodeJS.ErrnoException).code)
      faults.push({
        path,
        cause: `The file cannot be read (${code}).`,
        remedy:
          'Name one that this process can read; relative paths start at the folder of the configuration.',
      })
    }
    return standIn(path)
  }

  function environmentValue(text: string, path: KeyPath): string {
    return text.replaceAll(VARIABLE, (all, escape: string, name: string) => {
      if (escape !== '') return all.slice(1)
      referenced.set(formatKey(path), 'environment')
      const found = NAME.test(name) ? sources.env[name] : undefined
      if (found) return found
      faults.push({ path, ...variableFault(name, found) })
      return standIn(path)
    })
  }

  return { value: await visit(root, []), faults, referenced }
}

/** Stands in for a value that is not there, so that the rest can be checked. */
function standIn(path: KeyPath): string {
  return `unresolved-${String(path.at(-1))}`
}

function variableFault(
  name: string,
  found: string | undefined,
): Pick<ReferenceFault, 'cause' | 'remedy'> {
  if (!NAME.test(name)) {
    return {
      cause: 'What stands between ${ and } is no name of a variable.',
      remedy: 'Write a name such as ${REDIS_URL}, or $${ for the characters themselves.',
    }
  }
  return {
    cause: `The environment variable ${name} is ${found === '' ? 'empty' : 'not set'}.`,
    remedy: `Set ${name} in the environment of this process.`,
  }
}
