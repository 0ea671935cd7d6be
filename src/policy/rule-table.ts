import { ConfigError } from '../errors/index.ts'
import {
  compareSpecificity,
  matchesName,
  type NamePattern,
  overlap,
  parseGlob,
  parseUriTemplate,
} from './name-pattern.ts'

/** What a key of a policy stands for. */
export interface KeyedRule<Rule> {
  readonly key: string
  readonly rule: Rule
}

/** The rules of one kind, by exact names and patterns. */
export interface RuleTable<Rule> {
  /** In the order they were given. */
  readonly keys: readonly string[]
  /** The rule for a name: that of the exact name, else of the most specific pattern. */
  find(name: string): KeyedRule<Rule> | undefined
  /** The rule of what lists show: a URI template is first looked for as a key, then as a text. */
  findListed(name: string): KeyedRule<Rule> | undefined
}

interface PatternRule<Rule> {
  readonly keyed: KeyedRule<Rule>
  readonly pattern: NamePattern
  /** The place in the order of specificity; 0 is the most specific. */
  readonly rank: number
}

/** Patterns by their literal prefix, and how long such prefixes are. */
interface Prefixes<Rule> {
  readonly lengths: readonly number[]
  readonly patterns: ReadonlyMap<string, readonly PatternRule<Rule>[]>
}

/**
 * Builds the table of one kind.
 *
 * @param rules By key, as the policy was written.
 * @param syntax Whether keys are URI templates.
 * @param path Names the table in errors.
 * @throws {ConfigError} `ERR_CONFIG_POLICY_NAME` for a template that breaks the grammar,
 * `ERR_CONFIG_POLICY_TIE` for two patterns of which neither is more specific.
 */
export function createRuleTable<Rule>(
  rules: ReadonlyMap<string, Rule>,
  syntax: 'glob' | 'uri-template',
  path: string,
): RuleTable<Rule> {
  const exact = new Map<string, KeyedRule<Rule>>()
  const byKey = new Map<string, KeyedRule<Rule>>()
  const patterns: NamePattern[] = []
  for (const [key, rule] of rules) {
    const keyed = { key, rule }
    byKey.set(key, keyed)
    const pattern = syntax === 'glob' ? parseGlob(key) : parseUriTemplate(key)
    if (pattern === undefined) {
      throw new ConfigError('ERR_CONFIG_POLICY_NAME', `${path}[${JSON.stringify(key)}]`)
    }
    if (pattern.wildcards === 0) exact.set(key, keyed)
    else patterns.push(pattern)
  }
  patterns.sort(compareSpecificity)
  requireNoTie(patterns, path)
  const prefixes = buildPrefixes(patterns, byKey)
  const find = (name: string): KeyedRule<Rule> | undefined =>
    exact.get(name) ?? findPattern(prefixes, name)
  return { keys: [...rules.keys()], find, findListed: (name) => byKey.get(name) ?? find(name) }
}

/** @param sorted By specificity, so that equals are neighbours. */
function requireNoTie(sorted: readonly NamePattern[], path: string): void {
  for (const [index, one] of sorted.entries()) {
    for (let next = index + 1; next < sorted.length; next += 1) {
      const other = sorted[next]
      if (other === undefined || compareSpecificity(one, other) !== 0) break
      if (!overlap(one, other)) continue
      const keys = [one.key, other.key].map((key) => JSON.stringify(key)).join(' and ')
      throw new ConfigError('ERR_CONFIG_POLICY_TIE', `${path} (${keys})`)
    }
  }
}

function buildPrefixes<Rule>(
  sorted: readonly NamePattern[],
  byKey: ReadonlyMap<string, KeyedRule<Rule>>,
): Prefixes<Rule> {
  const ranked = sorted.flatMap((pattern, rank) => {
    const keyed = byKey.get(pattern.key)
    return keyed === undefined ? [] : [{ keyed, pattern, rank }]
  })
  return {
    lengths: [...new Set(sorted.map(({ prefix }) => prefix.length))],
    patterns: Map.groupBy(ranked, ({ pattern }) => pattern.prefix),
  }
}

function findPattern<Rule>(
  { lengths, patterns }: Prefixes<Rule>,
  name: string,
): KeyedRule<Rule> | undefined {
  let best: PatternRule<Rule> | undefined
  for (const length of lengths) {
    if (length > name.length) continue
    for (const candidate of patterns.get(name.slice(0, length)) ?? []) {
      if (best !== undefined && best.rank < candidate.rank) continue
      if (matchesName(candidate.pattern, name)) best = candidate
    }
  }
  return best?.keyed
}
