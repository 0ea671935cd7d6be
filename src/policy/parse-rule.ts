import { ConfigError } from '../errors/index.ts'
import { isQuotable, isScopeToken } from '../oauth/index.ts'
import type { AuthenticationStrength } from './authentication.ts'
import {
  type CallerCheck,
  claimCheck,
  permissionCheck,
  roleCheck,
  tenantCheck,
  USER_CHECK,
} from './caller-check.ts'
import type { Requirement, RuleFunction } from './options.ts'

/** What a rule needs, in the one form that decisions read. */
export interface Needs {
  /** In the order they are asked. */
  readonly caller: readonly CallerCheck[]
  /** All of these. */
  readonly scopes: readonly string[]
  /** One of these; empty where none is needed. */
  readonly anyScope: readonly string[]
  readonly strength: AuthenticationStrength | undefined
  readonly when: Requirement['when'] | undefined
}

/** A rule after parsing. */
export type ParsedRule =
  | { readonly kind: 'needs'; readonly needs: Needs }
  /** `path` names the rule in the failures of its function. */
  | { readonly kind: 'function'; readonly compute: RuleFunction; readonly path: string }

/** The scopes that a policy declares; `undefined` allows any. */
export type DeclaredScopes = ReadonlySet<string> | undefined

/** What any authenticated caller satisfies. */
export const NO_NEEDS: Needs = {
  caller: [],
  scopes: [],
  anyScope: [],
  strength: undefined,
  when: undefined,
}

/**
 * Parses a rule of the options.
 *
 * @throws {ConfigError} `ERR_CONFIG_POLICY_RULE`, `ERR_CONFIG_POLICY_SCOPE`
 */
export function parseRule(value: unknown, path: string, declared: DeclaredScopes): ParsedRule {
  if (typeof value === 'function') {
    return { kind: 'function', compute: value as RuleFunction, path: `${path}()` }
  }
  return { kind: 'needs', needs: parseNeeds(value, path, declared) }
}

/**
 * Parses a rule that is no function: one of the options, or what a function returned.
 *
 * @throws {ConfigError} as {@link parseRule}
 */
export function parseNeeds(value: unknown, path: string, declared: DeclaredScopes): Needs {
  if (typeof value === 'string') {
    return { ...NO_NEEDS, scopes: [parseScope(value, path, declared)] }
  }
  if (Array.isArray(value)) return { ...NO_NEEDS, scopes: parseScopes(value, path, declared) }
  if (!isPlainObject(value)) {
    throw ruleError(`${path} (${typeName(value)}; a scope, an array of scopes or a requirement)`)
  }
  return parseRequirement(value, path, declared)
}

/** Whether `value` is an object as a literal or `JSON.parse` makes it. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** @throws {ConfigError} `ERR_CONFIG_POLICY_SCOPE` */
export function parseScope(value: unknown, path: string, declared: DeclaredScopes): string {
  if (!isScopeToken(value) || declared?.has(value) === false) {
    const name = typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : typeName(value)
    throw new ConfigError('ERR_CONFIG_POLICY_SCOPE', `${path} (${name})`)
  }
  return value
}

/** The fields of one requirement, as they are read. */
interface Fields {
  readonly caller: CallerCheck[]
  scopes: readonly string[]
  anyScope: readonly string[]
  acrValues: readonly string[] | undefined
  maxAgeSeconds: number | undefined
  when: Requirement['when'] | undefined
}

type ParseField = (fields: Fields, value: unknown, path: string, declared: DeclaredScopes) => void

/** In the order in which a decision asks about the caller. */
const FIELDS: Readonly<Record<keyof Requirement, ParseField>> = {
  tenants: ({ caller }, value, path) => {
    caller.push(tenantCheck(parseStrings(value, path)))
  },
  roles: ({ caller }, value, path) => {
    caller.push(roleCheck(parseStrings(value, path)))
  },
  permissions: ({ caller }, value, path) => {
    caller.push(permissionCheck(parseStrings(value, path)))
  },
  claims: ({ caller }, value, path) => {
    caller.push(...parseClaims(value, path))
  },
  allowClients: ({ caller }, value, path) => {
    if (typeof value !== 'boolean') throw ruleError(`${path} (a boolean)`)
    if (!value) caller.push(USER_CHECK)
  },
  scopes: (fields, value, path, declared) => {
    const list = typeof value === 'string' ? [value] : parseList(value, path)
    fields.scopes = parseScopes(list, path, declared)
  },
  anyScope: (fields, value, path, declared) => {
    fields.anyScope = parseScopes(parseList(value, path), path, declared)
  },
  acrValues: (fields, value, path) => {
    fields.acrValues = parseStrings(value, path)
    const wrong = fields.acrValues.find((acr) => !isQuotable(acr) || acr.includes(' '))
    if (wrong !== undefined) throw ruleError(`${path} (printable ASCII without spaces)`)
  },
  maxAgeSeconds: (fields, value, path) => {
    if (!Number.isSafeInteger(value) || Number(value) < 1) {
      throw ruleError(`${path} (whole seconds, at least 1)`)
    }
    fields.maxAgeSeconds = Number(value)
  },
  when: (fields, value, path) => {
    if (typeof value !== 'function') throw ruleError(`${path} (a function)`)
    fields.when = value as Requirement['when']
  },
}

function parseRequirement(
  value: Readonly<Record<string, unknown>>,
  path: string,
  declared: DeclaredScopes,
): Needs {
  const given = new Map(Object.entries(value))
  if (given.size === 0) throw ruleError(`${path} ({}; write [] for any authenticated caller)`)
  const unknown = [...given.keys()].find((name) => !Object.hasOwn(FIELDS, name))
  if (unknown !== undefined) throw ruleError(`${path}.${unknown} (no such field)`)
  const fields: Fields = {
    caller: [],
    scopes: [],
    anyScope: [],
    acrValues: undefined,
    maxAgeSeconds: undefined,
    when: undefined,
  }
  for (const [name, parse] of Object.entries(FIELDS)) {
    if (given.has(name)) parse(fields, given.get(name), `${path}.${name}`, declared)
  }
  const { caller, scopes, anyScope, acrValues, maxAgeSeconds, when } = fields
  const hasStrength = acrValues !== undefined || maxAgeSeconds !== undefined
  const strength = hasStrength ? { acrValues, maxAgeSeconds } : undefined
  return { caller, scopes, anyScope, strength, when }
}

function parseScopes(
  list: readonly unknown[],
  path: string,
  declared: DeclaredScopes,
): readonly string[] {
  const scopes = Array.from(list, (scope, index) =>
    parseScope(scope, `${path}[${index}]`, declared),
  )
  return [...new Set(scopes)]
}

function parseStrings(value: unknown, path: string): readonly string[] {
  return parseList(value, path).map((entry, index) => {
    if (typeof entry !== 'string' || entry === '') {
      throw ruleError(`${path}[${index}] (a non-empty string)`)
    }
    return entry
  })
}

/** A list that names something: an empty one could mean nothing or everything. */
function parseList(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0) throw ruleError(`${path} (a non-empty array)`)
  return Array.from<unknown>(value)
}

function parseClaims(value: unknown, path: string): readonly CallerCheck[] {
  const claims = isPlainObject(value) ? Object.entries(value) : []
  if (claims.length === 0) throw ruleError(`${path} (an object that names a claim)`)
  return claims.map(([name, accepted]) => {
    const at = `${path}[${JSON.stringify(name)}]`
    const values = Array.isArray(accepted) ? parseList(accepted, at) : [accepted]
    const isUsable = values.every(
      (one) => typeof one === 'string' || typeof one === 'boolean' || Number.isFinite(one),
    )
    if (!isUsable) throw ruleError(`${at} (strings, numbers or booleans)`)
    return claimCheck(name, values)
  })
}

function ruleError(subject: string): ConfigError {
  return new ConfigError('ERR_CONFIG_POLICY_RULE', subject)
}

function typeName(value: unknown): string {
  return value === null ? 'null' : typeof value
}
