import type { Operation, OperationKind } from '../mcp/index.ts'
import type { Principal } from '../principal/index.ts'
import {
  type AuthenticationStrength,
  combineStrengths,
  isAcrAccepted,
  isRecent,
} from './authentication.ts'
import type { Decision } from './decision.ts'
import { isKnownMethod } from './known-methods.ts'
import type { ParsedPolicy } from './parse-policy.ts'
import { type Needs, NO_NEEDS, type ParsedRule, parseNeeds } from './parse-rule.ts'

/** A rule that applies to an operation. */
export interface AppliedRule {
  readonly kind: OperationKind
  /** The key that matched; `undefined` where there is no rule and none is needed. */
  readonly key: string | undefined
  readonly rule: ParsedRule
}

/** What the function of a rule came to: needs, or why there are none. */
export type Computed = Needs | { readonly error: Error }

/** What lists show. */
export type ListedKind = Exclude<OperationKind, 'method'>

/** What happened on the way to a decision, for those who ask why. */
export interface Trace {
  /** What applied; `undefined` where nothing did, so that the operation is hidden. */
  applied: readonly AppliedRule[] | undefined
  /** The needs of what applied, in the same order; empty where no function was called. */
  computed: readonly Computed[]
  /** What the `when` functions answered, as far as they were asked. */
  answers: unknown[]
}

const ALLOW: Decision = { kind: 'allow' }
const HIDDEN: Decision = { kind: 'hidden' }
const FORBIDDEN: Decision = { kind: 'forbidden' }

/**
 * Decides about one operation. It never throws and never rejects.
 *
 * The caller, the scopes, the strength of the sign-in, the predicates, in this order: the first
 * that is not satisfied decides. A promise only where a function of the policy returns one.
 *
 * @param now Seconds since the epoch.
 */
export function evaluate(
  policy: ParsedPolicy,
  principal: Principal<unknown>,
  operation: Operation,
  now: number,
  trace?: Trace,
): Decision | Promise<Decision> {
  try {
    const decision = decide(policy, principal, operation, now, trace)
    return decision instanceof Promise ? decision.catch(failed) : decision
  } catch (error) {
    return failed(error)
  }
}

function decide(
  policy: ParsedPolicy,
  principal: Principal<unknown>,
  operation: Operation,
  now: number,
  trace: Trace | undefined,
): Decision | Promise<Decision> {
  const applied = appliedRules(policy, operation)
  if (trace !== undefined) trace.applied = applied
  if (applied === undefined || !isVisible(staticNeeds(applied), principal)) return HIDDEN
  const computed = applied.map(({ rule }) => compute(policy, rule, principal, operation))
  return andThen(allOf(computed), (results) => {
    if (trace !== undefined) trace.computed = results
    const needs: Needs[] = []
    for (const result of results) {
      if ('error' in result) return { kind: 'failed', error: result.error }
      needs.push(result)
    }
    const refusal = refusalOf(policy, needs, principal, now)
    if (refusal !== undefined) return refusal
    const predicates = needs.flatMap(({ when }) => (when === undefined ? [] : [when]))
    return askAll(predicates, principal, operation, trace)
  })
}

/** The rule of the name and that of the method; `undefined` where the name has none and needs one. */
function appliedRules(
  policy: ParsedPolicy,
  { kind, name, method }: Operation,
): readonly AppliedRule[] | undefined {
  const named = policy.tables[kind].find(name)
  const isOpen = policy.allowUnlisted || (kind === 'method' && isKnownMethod(name))
  if (named === undefined && !isOpen) return undefined
  return withMethodRule(policy, kind, named, method)
}

function withMethodRule(
  policy: ParsedPolicy,
  kind: OperationKind,
  named: { readonly key: string; readonly rule: ParsedRule } | undefined,
  method: string,
): readonly AppliedRule[] {
  const first: AppliedRule =
    named === undefined
      ? { kind, key: undefined, rule: { kind: 'needs', needs: NO_NEEDS } }
      : { kind, ...named }
  const second = kind === 'method' ? undefined : policy.tables.method.find(method)
  return second === undefined ? [first] : [first, { kind: 'method', ...second }]
}

function staticNeeds(applied: readonly AppliedRule[]): readonly Needs[] {
  return applied.flatMap(({ rule }) => (rule.kind === 'needs' ? [rule.needs] : []))
}

function isVisible(needs: readonly Needs[], principal: Principal<unknown>): boolean {
  return needs.every(({ caller }) => caller.every(({ passes }) => passes(principal)))
}

/** It never throws and never rejects, so that of two functions no failure stays unhandled. */
function compute(
  { declaredScopes }: ParsedPolicy,
  rule: ParsedRule,
  principal: Principal<unknown>,
  { args }: Operation,
): Computed | Promise<Computed> {
  if (rule.kind === 'needs') return rule.needs
  const toFailure = (error: unknown): Computed => ({ error: asError(error, rule.path) })
  try {
    const needs = andThen(rule.compute(args, principal as Principal) as unknown, (result) =>
      parseNeeds(result, rule.path, declaredScopes),
    )
    return needs instanceof Promise ? needs.catch(toFailure) : needs
  } catch (error) {
    return toFailure(error)
  }
}

function refusalOf(
  policy: ParsedPolicy,
  needs: readonly Needs[],
  principal: Principal<unknown>,
  now: number,
): Decision | undefined {
  if (!isVisible(needs, principal)) return HIDDEN
  const scopes = requiredScopes(policy, needs, principal)
  if (!scopes.every((scope) => policy.hierarchy.satisfies(principal.scopes, scope))) {
    return { kind: 'scope', scopes: policy.hierarchy.least(scopes) }
  }
  return strengthRefusal(strengthOf(needs), principal, now)
}

/** All scopes that are needed at once; of alternatives one that is granted or needed anyway. */
export function requiredScopes(
  { hierarchy }: ParsedPolicy,
  needs: readonly Needs[],
  { scopes: granted }: Principal<unknown>,
): readonly string[] {
  const required = needs.flatMap(({ scopes }) => scopes)
  for (const { anyScope } of needs) {
    const [first] = anyScope
    if (first === undefined) continue
    const needed = new Set(required)
    required.push(
      anyScope.find((scope) => hierarchy.satisfies(granted, scope)) ??
        anyScope.find((scope) => hierarchy.satisfies(needed, scope)) ??
        first,
    )
  }
  return required
}

/** What all of `needs` together ask of the sign-in. */
export function strengthOf(needs: readonly Needs[]): AuthenticationStrength | undefined {
  const strengths = needs.flatMap(({ strength }) => (strength === undefined ? [] : [strength]))
  return strengths.length === 0 ? undefined : combineStrengths(strengths)
}

function strengthRefusal(
  strength: AuthenticationStrength | undefined,
  principal: Principal<unknown>,
  now: number,
): Decision | undefined {
  if (strength === undefined) return undefined
  if (isAcrAccepted(strength, principal) && isRecent(strength, principal, now)) return undefined
  // Two rules that accept no value in common: no sign-in would help.
  if (strength.acrValues?.length === 0) return FORBIDDEN
  return {
    kind: 'authentication',
    acrValues: strength.acrValues ?? [],
    maxAgeSeconds: strength.maxAgeSeconds,
  }
}

function askAll(
  predicates: readonly NonNullable<Needs['when']>[],
  principal: Principal<unknown>,
  operation: Operation,
  trace: Trace | undefined,
): Decision | Promise<Decision> {
  const [ask, ...others] = predicates
  if (ask === undefined) return ALLOW
  return andThen(ask(principal as Principal, operation) as unknown, (answer) => {
    trace?.answers.push(answer)
    if (answer === true) return askAll(others, principal, operation, trace)
    if (answer === false) return FORBIDDEN
    throw new TypeError('A `when` of the policy answered neither true nor false.')
  })
}

/**
 * Whether the caller may know of it and has the scopes for it. What depends on arguments counts as
 * allowed, and so does what only needs a stronger sign-in.
 *
 * @param ignoresScopes Whether it is enough that the caller may know of it.
 */
export function isUsable(
  policy: ParsedPolicy,
  principal: Principal<unknown>,
  kind: ListedKind,
  name: string,
  ignoresScopes: boolean = false,
): boolean {
  const named = policy.tables[kind].findListed(name)
  if (named === undefined && !policy.allowUnlisted) return false
  const method = policy.tables.method.find(CALL_METHODS[kind])
  return [named, method].every(
    (keyed) =>
      keyed?.rule.kind !== 'needs' || isMet(policy, keyed.rule.needs, principal, ignoresScopes),
  )
}

function isMet(
  { hierarchy }: ParsedPolicy,
  { caller, scopes, anyScope }: Needs,
  principal: Principal<unknown>,
  ignoresScopes: boolean,
): boolean {
  if (!caller.every(({ passes }) => passes(principal))) return false
  if (ignoresScopes) return true
  const isGranted = (scope: string): boolean => hierarchy.satisfies(principal.scopes, scope)
  return scopes.every(isGranted) && (anyScope.length === 0 || anyScope.some(isGranted))
}

/** The method that uses what a list shows. */
export const CALL_METHODS: Readonly<Record<ListedKind, string>> = {
  tool: 'tools/call',
  resource: 'resources/read',
  prompt: 'prompts/get',
}

/** Goes on at once where nothing has to be waited for. */
function andThen<Value, Result>(
  value: Value | PromiseLike<Value>,
  next: (value: Value) => Result | Promise<Result>,
): Result | Promise<Result> {
  return isPromiseLike(value) ? goOn(value, next) : next(value)
}

async function goOn<Value, Result>(
  promise: PromiseLike<Value>,
  next: (value: Value) => Result | Promise<Result>,
): Promise<Result> {
  return next(await promise)
}

function allOf<Value>(values: readonly (Value | Promise<Value>)[]): Value[] | Promise<Value[]> {
  return values.some(isPromiseLike) ? Promise.all(values) : (values as Value[])
}

function isPromiseLike<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  if (typeof value !== 'object' || value === null || !('then' in value)) return false
  return typeof value.then === 'function'
}

function failed(error: unknown): Decision {
  return { kind: 'failed', error: asError(error, 'policy') }
}

function asError(error: unknown, path: string): Error {
  if (error instanceof Error) return error
  return new Error(`${path}: a function of the policy threw what is no Error.`, { cause: error })
}
