import type { Operation, OperationKind } from '../mcp/index.ts'
import type { ScopeSet } from '../oauth/index.ts'
import type { Principal } from '../principal/index.ts'
import type { Decision } from './decision.ts'
import { evaluate, isUsable } from './evaluate.ts'
import { type ExplainedOperation, type Explanation, explain } from './explain.ts'
import type { PolicyOptions } from './options.ts'
import { parsePolicy } from './parse-policy.ts'

/** Decides who may do what; made by {@link definePolicy}. */
export interface Policy {
  /** What becomes of names without a rule. */
  readonly unlisted: 'deny' | 'authenticated'
  /**
   * Decides about one operation. It never throws and never rejects: what fails is a decision too.
   * A promise only where a function of the policy returns one; it sets no time limit.
   *
   * @param now Seconds since the epoch.
   */
  decide(
    principal: Principal<unknown>,
    operation: Operation,
    now: number,
  ): Decision | Promise<Decision>
  /**
   * Whether the caller may use this tool, resource, resource template or prompt, as far as that
   * does not depend on arguments: not where it is hidden or scopes are missing. Functions of the
   * policy are NOT called, and the age or strength of the sign-in does not matter.
   */
  isUsable(
    principal: Principal<unknown>,
    kind: Exclude<OperationKind, 'method'>,
    name: string,
  ): boolean
  /** Whether a list shows it: where it is usable, or by `lists` where it only lacks scopes. */
  isListed(
    principal: Principal<unknown>,
    kind: Exclude<OperationKind, 'method'>,
    name: string,
  ): boolean
  /** Returns those of `required` that `granted` does not include by `implies`, in the same order. */
  missingScopes(granted: ScopeSet, required: Iterable<string>): string[]
  /** Returns the fewest of `scopes` that include them all by `implies`, in the same order. */
  leastScopes(scopes: Iterable<string>): string[]
  /** The keys of the rules of one kind, as they were written. */
  ruleNames(kind: OperationKind): readonly string[]
  /** Whether a rule covers the name, exactly or by pattern. */
  hasRule(kind: OperationKind, name: string): boolean
  /** The key of the rule that covers the name, to find rules that cover nothing. */
  ruleFor(kind: OperationKind, name: string): string | undefined
  /**
   * Decides as {@link Policy.decide} does and says why, for tests, logs and the command line. It
   * shows no claims but those that rules name.
   *
   * @param now Seconds since the epoch; without it no sign-in counts as recent.
   * @throws {ConfigError} `ERR_CONFIG_OPTION_TYPE` for an operation that is none
   */
  explain(
    principal: Principal<unknown>,
    operation: ExplainedOperation,
    now?: number,
  ): Promise<Explanation>
}

/**
 * Creates a policy. What has no rule is denied, unless `unlisted` says otherwise.
 *
 * Where `scopes` and `toolNames` are declared, another scope or tool is a compile error, and a
 * `ConfigError` too.
 *
 * @throws {ConfigError} `ERR_CONFIG_OPTION_TYPE`, `ERR_CONFIG_OPTION_UNKNOWN`,
 * `ERR_CONFIG_POLICY_CYCLE`, `ERR_CONFIG_POLICY_NAME`, `ERR_CONFIG_POLICY_RULE`,
 * `ERR_CONFIG_POLICY_SCOPE`, `ERR_CONFIG_POLICY_TIE`
 * @see RFC 6749 §3.3 (scope), RFC 6750 §3.1 (`insufficient_scope`), RFC 9470 (authentication)
 */
export function definePolicy<
  const Scope extends string = string,
  const Tool extends string = string,
>(options: PolicyOptions<Scope, Tool>): Policy {
  const policy = parsePolicy(options)
  const { hierarchy, tables } = policy
  const ruleFor = (kind: OperationKind, name: string): string | undefined =>
    tables[kind].findListed(name)?.key
  return {
    unlisted: policy.allowUnlisted ? 'authenticated' : 'deny',
    decide: (principal, operation, now) => evaluate(policy, principal, operation, now),
    isUsable: (principal, kind, name) => isShown(policy, principal, kind, name),
    isListed: (principal, kind, name) =>
      isShown(policy, principal, kind, name, policy.listObtainable),
    missingScopes: (granted, required) => hierarchy.missing(granted, required),
    leastScopes: (scopes) => hierarchy.least(scopes),
    ruleNames: (kind) => tables[kind].keys,
    hasRule: (kind, name) => ruleFor(kind, name) !== undefined,
    ruleFor,
    explain: (principal, operation, now) => explain(policy, principal, operation, now),
  }
}

/** Whether `value` is a policy, where its options could stand too. */
export function isPolicy(value: Policy | PolicyOptions): value is Policy {
  return typeof value === 'object' && value !== null && 'decide' in value
}

/** What cannot be decided is not shown. */
function isShown(...about: Parameters<typeof isUsable>): boolean {
  try {
    return isUsable(...about)
  } catch {
    return false
  }
}
