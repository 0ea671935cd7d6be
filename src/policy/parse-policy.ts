import { ConfigError } from '../errors/index.ts'
import type { OperationKind } from '../mcp/index.ts'
import {
  type DeclaredScopes,
  isPlainObject,
  type ParsedRule,
  parseRule,
  parseScope,
} from './parse-rule.ts'
import { createRuleTable, type RuleTable } from './rule-table.ts'
import { createScopeHierarchy, type ScopeHierarchy } from './scope-hierarchy.ts'

/** A policy after parsing. */
export interface ParsedPolicy {
  readonly hierarchy: ScopeHierarchy
  readonly tables: Readonly<Record<OperationKind, RuleTable<ParsedRule>>>
  readonly declaredScopes: DeclaredScopes
  /** Whether what has no rule is open to every authenticated caller. */
  readonly allowUnlisted: boolean
  /** Whether lists show what only lacks scopes. */
  readonly listObtainable: boolean
}

/** The option that holds the rules of each kind. */
export const TABLE_NAMES: Readonly<Record<OperationKind, string>> = {
  tool: 'tools',
  resource: 'resources',
  prompt: 'prompts',
  method: 'methods',
}

const OPTIONS: ReadonlySet<string> = new Set([
  ...Object.values(TABLE_NAMES),
  'scopes',
  'toolNames',
  'implies',
  'unlisted',
  'lists',
])

/**
 * Checks the options of a policy and builds what decisions read. Later changes of the options
 * change nothing.
 *
 * @throws {ConfigError} as `definePolicy` lists them
 */
export function parsePolicy(options: unknown): ParsedPolicy {
  const given = entriesOf(options, 'policy')
  const unknown = [...given.keys()].find((name) => !OPTIONS.has(name))
  if (unknown !== undefined) throw new ConfigError('ERR_CONFIG_OPTION_UNKNOWN', `policy.${unknown}`)
  const declaredScopes = parseDeclaredScopes(given.get('scopes'))
  const table = (kind: OperationKind): RuleTable<ParsedRule> => {
    const path = `policy.${TABLE_NAMES[kind]}`
    const rules = parseRules(given.get(TABLE_NAMES[kind]), path, declaredScopes)
    if (kind === 'tool') requireDeclaredTools(rules, given.get('toolNames'))
    for (const rule of rules.values()) for (const scope of scopesOf(rule)) usedScopes.add(scope)
    return createRuleTable(rules, kind === 'resource' ? 'uri-template' : 'glob', path)
  }
  const usedScopes = new Set<string>()
  const tables = {
    tool: table('tool'),
    resource: table('resource'),
    prompt: table('prompt'),
    method: table('method'),
  }
  const implies = parseImplies(given.get('implies'), declaredScopes)
  const hierarchy = createScopeHierarchy(implies, usedScopes)
  return {
    hierarchy,
    tables,
    declaredScopes,
    allowUnlisted: isSecond(given.get('unlisted'), ['deny', 'authenticated'], 'unlisted'),
    listObtainable: isSecond(given.get('lists'), ['usable', 'obtainable'], 'lists'),
  }
}

function entriesOf(value: unknown, path: string): ReadonlyMap<string, unknown> {
  if (value === undefined) return new Map()
  if (!isPlainObject(value)) throw new ConfigError('ERR_CONFIG_OPTION_TYPE', `${path} (an object)`)
  return new Map(Object.entries(value))
}

function parseRules(
  value: unknown,
  path: string,
  declared: DeclaredScopes,
): ReadonlyMap<string, ParsedRule> {
  const rules = new Map<string, ParsedRule>()
  const ruleOfScopes = new Map<string, ParsedRule>()
  for (const [key, rule] of entriesOf(value, path)) {
    const at = `${path}[${JSON.stringify(key)}]`
    if (key === '') throw new ConfigError('ERR_CONFIG_POLICY_NAME', at)
    const parsed = parseRule(rule, at, declared)
    if (typeof rule === 'string' || Array.isArray(rule)) {
      // One object for all that need the same: a long list is decided twice as fast by it.
      const scopes = scopesOf(parsed).join(' ')
      const same = ruleOfScopes.get(scopes) ?? parsed
      ruleOfScopes.set(scopes, same)
      rules.set(key, same)
    } else rules.set(key, parsed)
  }
  return rules
}

function scopesOf(rule: ParsedRule): readonly string[] {
  return rule.kind === 'needs' ? [...rule.needs.scopes, ...rule.needs.anyScope] : []
}

function requireDeclaredTools(rules: ReadonlyMap<string, ParsedRule>, toolNames: unknown): void {
  const names = parseNames(toolNames, 'policy.toolNames')
  if (names === undefined) return
  const wrong = [...rules.keys()].find((key) => !names.has(key) && !key.includes('*'))
  if (wrong !== undefined) {
    const subject = `policy.tools[${JSON.stringify(wrong)}] (not in toolNames)`
    throw new ConfigError('ERR_CONFIG_POLICY_NAME', subject)
  }
}

function parseDeclaredScopes(value: unknown): DeclaredScopes {
  const scopes = parseNames(value, 'policy.scopes')
  for (const scope of scopes ?? []) parseScope(scope, 'policy.scopes', undefined)
  return scopes
}

function parseNames(value: unknown, path: string): ReadonlySet<string> | undefined {
  if (value === undefined) return undefined
  const isList = Array.isArray(value) && value.length > 0
  const list: readonly unknown[] = isList ? Array.from<unknown>(value) : []
  if (!isList || list.some((name) => typeof name !== 'string' || name === '')) {
    throw new ConfigError('ERR_CONFIG_OPTION_TYPE', `${path} (a non-empty array of strings)`)
  }
  return new Set(list as readonly string[])
}

function parseImplies(
  value: unknown,
  declared: DeclaredScopes,
): ReadonlyMap<string, readonly string[]> {
  const implies = new Map<string, readonly string[]>()
  for (const [scope, implied] of entriesOf(value, 'policy.implies')) {
    const path = `policy.implies[${JSON.stringify(scope)}]`
    if (!Array.isArray(implied)) {
      throw new ConfigError('ERR_CONFIG_OPTION_TYPE', `${path} (an array of scopes)`)
    }
    const lower = Array.from<unknown, string>(implied, (entry, index) =>
      parseImplied(entry, `${path}[${index}]`, declared),
    )
    implies.set(parseImplied(scope, path, declared), [...new Set(lower)])
  }
  return implies
}

/** A scope, or a wildcard; with declared scopes one that covers at least one of them. */
function parseImplied(value: unknown, path: string, declared: DeclaredScopes): string {
  if (declared === undefined || typeof value !== 'string' || !value.endsWith('*')) {
    return parseScope(value, path, declared)
  }
  const isUsed = [...declared].some((scope) => scope.startsWith(value.slice(0, -1)))
  return parseScope(value, path, isUsed ? undefined : declared)
}

/** Whether an option of two values has the one that is not its default. */
function isSecond(
  value: unknown,
  [first, second]: readonly [first: string, second: string],
  name: string,
): boolean {
  if (value === undefined || value === first) return false
  if (value === second) return true
  throw new ConfigError('ERR_CONFIG_OPTION_TYPE', `policy.${name} ('${first}' or '${second}')`)
}
