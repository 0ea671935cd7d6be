import { UpstreamError } from '../errors/index.ts'
import type { Messages, Operation } from '../mcp/index.ts'
import { isModernRevision } from '../mcp/index.ts'
import { missingScopes as missingTokens, type ScopeSet } from '../oauth/index.ts'
import type { Decision, Policy } from '../policy/index.ts'
import type { Principal } from '../principal/index.ts'
import type { Settings } from './options/index.ts'

/** Why a message may not be handled, as far as its sender is concerned. */
export type OperationRefusal =
  | { readonly kind: 'scope'; readonly scopes: readonly string[] }
  | {
      readonly kind: 'authentication'
      readonly acrValues: readonly string[]
      readonly maxAgeSeconds: number | undefined
    }
  | { readonly kind: 'hidden'; readonly operations: readonly Operation[] }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'policy_failed'; readonly error: Error }

/** What an external decision point is given beside the caller and the operation. */
export interface DecisionContext {
  /** Aborted when the answer would come too late. */
  readonly signal: AbortSignal
}

/** Decides about operations outside of this process. Only `true` lets one through. */
export type DecisionPoint = (
  principal: Principal<unknown>,
  operation: Operation,
  context: DecisionContext,
) => boolean | Promise<boolean>

/**
 * Decides about everything that a body asks for, as one: nothing of it runs if a part may not. A
 * promise only where somebody has to be waited for, since every request passes here.
 */
export type CheckOperations = (
  principal: Principal<unknown>,
  messages: Messages | undefined,
) => OperationRefusal | undefined | Promise<OperationRefusal | undefined>

type CheckSettings = Pick<
  Settings<unknown>,
  'clock' | 'decide' | 'policy' | 'policyTimeoutSeconds' | 'requiredScopes'
>

/** Creates the check: `requiredScopes`, then the policy, then the external decision point. */
export function createOperationCheck(settings: CheckSettings): CheckOperations {
  const { clock, decide, policy, policyTimeoutSeconds, requiredScopes } = settings
  const { missingScopes, leastScopes } = scopeRules(policy)

  function askPolicy(
    principal: Principal<unknown>,
    operations: readonly Operation[],
  ): readonly Decision[] | Promise<readonly Decision[]> {
    if (policy === undefined) return []
    const now = clock.now()
    const decisions = operations.map((operation) => policy.decide(principal, operation, now))
    return decisions.every(isMade) ? decisions : awaitDecisions(decisions, policyTimeoutSeconds)
  }

  async function askDecisionPoint(
    ask: DecisionPoint,
    principal: Principal<unknown>,
    operations: readonly Operation[],
  ): Promise<OperationRefusal | undefined> {
    const abort = new AbortController()
    try {
      const answers = operations.map(async (operation) =>
        ask(principal, operation, { signal: abort.signal }),
      )
      const allowed = await withTimeout(Promise.all<unknown>(answers), policyTimeoutSeconds)
      if (!allowed.every((answer) => typeof answer === 'boolean')) {
        throw new TypeError('decide gave what is no boolean')
      }
      return allowed.includes(false) ? { kind: 'forbidden' } : undefined
    } catch (error) {
      throw new UpstreamError('ERR_UPSTREAM_DECISION', 'decide', { cause: error, retryable: true })
    } finally {
      abort.abort()
    }
  }

  function conclude(
    decisions: readonly Decision[],
    principal: Principal<unknown>,
    operations: readonly Operation[],
  ): OperationRefusal | undefined | Promise<OperationRefusal | undefined> {
    const refusal = firstRefusal(decisions, operations)
    if (refusal !== undefined && refusal.kind !== 'scope') return refusal

    const needed = decisions.flatMap((decision) =>
      decision.kind === 'scope' ? decision.scopes : [],
    )
    if (needed.length > 0 || missingScopes(principal.scopes, requiredScopes).length > 0) {
      return { kind: 'scope', scopes: leastScopes([...requiredScopes, ...needed]) }
    }
    return decide && askDecisionPoint(decide, principal, operations)
  }

  return (principal, messages) => {
    const operations = messages?.operations ?? []
    const decisions = askPolicy(principal, operations)
    return decisions instanceof Promise
      ? decisions.then((made) => conclude(made, principal, operations))
      : conclude(decisions, principal, operations)
  }
}

async function awaitDecisions(
  decisions: readonly (Decision | Promise<Decision>)[],
  timeoutSeconds: number,
): Promise<readonly Decision[]> {
  try {
    const pending = decisions.map(async (decision) => decision)
    return await withTimeout(Promise.all(pending), timeoutSeconds)
  } catch (error) {
    return [{ kind: 'failed', error: error as Error }]
  }
}

function isMade(decision: Decision | Promise<Decision>): decision is Decision {
  return 'kind' in decision
}

/** The refusal that counts for the whole body; one for scopes names those of every message. */
function firstRefusal(
  decisions: readonly Decision[],
  operations: readonly Operation[],
): OperationRefusal | undefined {
  const failed = decisions.find((decision) => decision.kind === 'failed')
  if (failed !== undefined) return { kind: 'policy_failed', error: failed.error }
  const hidden = operations.filter((_operation, index) => decisions[index]?.kind === 'hidden')
  if (hidden.length > 0) return { kind: 'hidden', operations: hidden }
  if (decisions.some(({ kind }) => kind === 'scope')) return { kind: 'scope', scopes: [] }
  const weak = decisions.filter((decision) => decision.kind === 'authentication')
  const [first] = weak
  if (first !== undefined) {
    const ages = weak.flatMap(({ maxAgeSeconds }) => maxAgeSeconds ?? [])
    const maxAgeSeconds = ages.length === 0 ? undefined : Math.min(...ages)
    const acrValues = weak.find(({ acrValues: values }) => values.length > 0)?.acrValues ?? []
    return { kind: 'authentication', acrValues, maxAgeSeconds }
  }
  return decisions.some(({ kind }) => kind === 'forbidden') ? { kind: 'forbidden' } : undefined
}

/** How scopes are compared: by the hierarchy of the policy, else one by one. */
export function scopeRules(
  policy: Policy | undefined,
): Pick<Policy, 'leastScopes' | 'missingScopes'> {
  return policy ?? { missingScopes: missingTokens, leastScopes: (scopes) => [...new Set(scopes)] }
}

/**
 * Clients of 2026-07-28 add to what they hold by themselves; older ones ask for exactly what the
 * challenge names, and would lose what it leaves out (MCP 2025-11-25, "Scope Challenge Handling").
 */
export function challengedScopes(
  messages: Messages | undefined,
  granted: ScopeSet,
  needed: readonly string[],
  policy: Policy | undefined,
): readonly string[] {
  if (isModernRevision(messages?.revision)) return needed
  const { missingScopes } = scopeRules(policy)
  const covering = new Set(needed)
  // MCP, "Refresh Tokens": `offline_access` never stands in a challenge.
  const kept = [...granted].filter(
    (scope) => scope !== 'offline_access' && missingScopes(covering, [scope]).length > 0,
  )
  return [...kept, ...needed]
}

async function withTimeout<Result>(work: Promise<Result>, seconds: number): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no decision within ${seconds} s`)), seconds * 1000)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
