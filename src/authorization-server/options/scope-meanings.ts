import { hash } from 'node:crypto'
import { requireKnownOptions, requireList, requireType } from '../../options/index.ts'
import type { CreateAuthorizationServerOptions, ScopeMeaning } from './options.ts'

/** What scopes mean: in words, and as a digest that changes with the meaning. */
export interface ScopeMeanings {
  /** What it allows, in words for the user. */
  readonly textOf: (scope: string) => string
  readonly digestOf: (scope: string) => string
}

const DIGEST_LENGTH = 22

/** Checks what scopes mean. One of which nothing is said means its name, always. */
export function parseScopeMeanings(
  scopes: CreateAuthorizationServerOptions['scopes'] = {},
): ScopeMeanings {
  const meanings = new Map(
    Object.entries(scopes).map(([scope, value]) => [scope, parseMeaning(value, `scopes.${scope}`)]),
  )
  return {
    textOf: (scope) => meanings.get(scope)?.description ?? scope,
    digestOf: (scope) => {
      const meaning = meanings.get(scope)
      return meaning === undefined ? '' : digestOf(meaning)
    },
  }
}

function parseMeaning(value: string | ScopeMeaning, path: string): Required<ScopeMeaning> {
  if (typeof value === 'string') return { description: value, tools: [] }
  requireType(typeof value === 'object' && value !== null, path, 'a text or an object')
  requireKnownOptions(value, ['description', 'tools'], path)
  requireType(typeof value.description === 'string', `${path}.description`, 'a string')
  return { description: value.description, tools: requireList(value.tools, `${path}.tools`) }
}

function digestOf({ description, tools = [] }: Required<ScopeMeaning>): string {
  const text = JSON.stringify([description, [...new Set(tools)].toSorted()])
  return hash('sha256', text, 'base64url').slice(0, DIGEST_LENGTH)
}
