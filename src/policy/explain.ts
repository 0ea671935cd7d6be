import { ConfigError } from '../errors/index.ts'
import type { Operation, OperationKind } from '../mcp/index.ts'
import type { Principal } from '../principal/index.ts'
import type { Decision } from './decision.ts'
import { type AppliedRule, CALL_METHODS, type Computed, evaluate, type Trace } from './evaluate.ts'
import { type ExplainedCheck, leaf, whyNeeds } from './explain-needs.ts'
import { formatExplanation, quote } from './format-explanation.ts'
import { type ParsedPolicy, TABLE_NAMES } from './parse-policy.ts'

/** What to explain. */
export type ExplainedOperation =
  | { readonly tool: string; readonly args?: Readonly<Record<string, unknown>> }
  | { readonly resource: string }
  | { readonly prompt: string; readonly args?: Readonly<Record<string, unknown>> }
  | { readonly method: string }

/** A decision, and why it is so. */
export interface Explanation {
  readonly decision: Decision
  /** What was asked for: a kind and a name. */
  readonly kind: OperationKind
  readonly name: string
  readonly grantedScopes: readonly string[]
  /** One check per rule that applies, with those of the rule below it. */
  readonly children: readonly ExplainedCheck[]
  /** The whole as an indented text that ends with the answer in one sentence. */
  toString(): string
}

/** Decides and says why; see `Policy.explain`. */
export async function explain(
  policy: ParsedPolicy,
  principal: Principal<unknown>,
  what: ExplainedOperation,
  now: number = Number.NaN,
): Promise<Explanation> {
  const operation = toOperation(what)
  const trace: Trace = { applied: undefined, computed: [], answers: [] }
  const decision = await evaluate(policy, principal, operation, now, trace)
  const explanation = {
    decision,
    kind: operation.kind,
    name: operation.name,
    grantedScopes: [...principal.scopes],
    children: whyRules(policy, principal, operation.kind, now, trace, decision),
  }
  return { ...explanation, toString: () => formatExplanation(explanation) }
}

function toOperation(what: ExplainedOperation): Operation {
  const given = new Map<string, unknown>(Object.entries(what))
  const [kind, second] = (['tool', 'resource', 'prompt', 'method'] as const).filter((one) =>
    given.has(one),
  )
  const name = kind === undefined ? undefined : given.get(kind)
  if (kind === undefined || second !== undefined || typeof name !== 'string') {
    throw new ConfigError('ERR_CONFIG_OPTION_TYPE', 'explain (a tool, resource, prompt or method)')
  }
  const args = (given.get('args') ?? {}) as Operation['args']
  const method = kind === 'method' ? name : CALL_METHODS[kind]
  return { kind, name, method, args, requestId: undefined }
}

function whyRules(
  policy: ParsedPolicy,
  principal: Principal<unknown>,
  kind: OperationKind,
  now: number,
  { applied, computed, answers }: Trace,
  decision: Decision,
): readonly ExplainedCheck[] {
  if (applied === undefined) {
    const detail = `no key of ${TABLE_NAMES[kind]} covers it, and \`unlisted\` is 'deny'`
    return [leaf('rule', false, detail)]
  }
  const unasked = [...answers]
  return applied.map((one, index) => {
    const result = computed[index] ?? (one.rule.kind === 'needs' ? one.rule.needs : undefined)
    const checks = whyFunction(one, result)
    if (result !== undefined && !('error' in result)) {
      checks.push(...whyNeeds(policy, principal, result, now))
      if (result.when !== undefined) checks.push(whyPredicate(unasked, decision))
    }
    return {
      check: 'rule',
      passed: checks.every(({ passed }) => passed !== false),
      detail: whyApplied(one),
      children: checks,
    }
  })
}

function whyApplied({ kind, key, rule }: AppliedRule): string {
  if (key === undefined) {
    return `no key of ${TABLE_NAMES[kind]} covers it; any authenticated caller may use it`
  }
  const dependsOn = rule.kind === 'function' ? ', a function of the arguments' : ''
  return `${TABLE_NAMES[kind]}[${quote(key)}]${dependsOn}`
}

function whyFunction({ rule }: AppliedRule, result: Computed | undefined): ExplainedCheck[] {
  if (rule.kind !== 'function') return []
  if (result === undefined) return [leaf('function', undefined, 'not called')]
  return 'error' in result
    ? [leaf('function', false, 'failed')]
    : [leaf('function', true, 'returned a rule')]
}

/** Takes the next answer; the one after the last is of the function that threw, if any did. */
function whyPredicate(unasked: unknown[], decision: Decision): ExplainedCheck {
  if (unasked.length > 0) {
    const answer = unasked.shift()
    const said = typeof answer === 'boolean' ? String(answer) : 'neither true nor false'
    return leaf('when', answer === true, `the function answered ${said}`)
  }
  return leaf('when', undefined, decision.kind === 'failed' ? 'no answer' : 'not asked')
}
