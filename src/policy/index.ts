export type { Decision } from './decision.ts'
export type { ExplainedOperation, Explanation } from './explain.ts'
export type { ExplainedCheck } from './explain-needs.ts'
export { filterList } from './filter-list.ts'
export { isKnownMethod } from './known-methods.ts'
export type {
  ClaimValue,
  PolicyOptions,
  Requirement,
  Rule,
  RuleFunction,
  StaticRule,
} from './options.ts'
export { definePolicy, isPolicy, type Policy } from './policy.ts'
export { createRuleTable, type RuleTable } from './rule-table.ts'
