import { describe, expect, test } from 'vitest'
import type { Messages, Operation } from '../../../src/mcp/index.ts'
import type { Decision } from '../../../src/policy/index.ts'
import { definePolicy, type Policy } from '../../../src/policy/index.ts'
import {
  challengedScopes,
  createOperationCheck,
  type DecisionPoint,
  type OperationRefusal,
} from '../../../src/resource-server/operation-check.ts'
import { createTestClock } from '../../security/support/test-clock.ts'
import { callerOf } from './callers.ts'

interface Setup {
  readonly decisions?: Readonly<Record<string, Decision | Promise<Decision>>>
  readonly requiredScopes?: readonly string[]
  readonly decide?: DecisionPoint
  readonly scope?: string
}

const toolOf = (name: string): Operation => ({
  kind: 'tool',
  method: 'tools/call',
  name,
  args: {},
  requestId: name,
})

const messagesOf = (names: readonly string[], revision?: string): Messages => ({
  revision,
  isBatch: names.length > 1,
  operations: names.map(toolOf),
})

/** What is refused of calls of these tools, each with the decision of its name. */
async function check(
  names: readonly string[],
  setup: Setup,
): Promise<OperationRefusal | undefined> {
  const { decisions, requiredScopes = [], decide, scope = '' } = setup
  const real = definePolicy({ unlisted: 'authenticated', implies: { write: ['read'] } })
  const policy: Policy | undefined =
    decisions === undefined
      ? undefined
      : { ...real, decide: (_principal, { name }) => decisions[name] ?? { kind: 'allow' } }
  const checkOperations = createOperationCheck({
    clock: createTestClock(),
    decide,
    policy,
    policyTimeoutSeconds: 0.02,
    requiredScopes,
  })
  return checkOperations(callerOf({ scope }), messagesOf(names))
}

const lacking = (...scopes: string[]): Decision => ({ kind: 'scope', scopes })
const HIDDEN: Decision = { kind: 'hidden' }
const FORBIDDEN: Decision = { kind: 'forbidden' }
const WEAK: Decision = { kind: 'authentication', acrValues: ['gold'], maxAgeSeconds: 60 }

describe('requiredScopes', () => {
  test('are asked for without a policy, and without a message', async () => {
    const requiredScopes = ['a', 'b']
    expect(await check([], { requiredScopes, scope: 'a' })).toEqual({
      kind: 'scope',
      scopes: ['a', 'b'],
    })
    expect(await check(['x'], { requiredScopes, scope: 'a b' })).toBeUndefined()
    expect(await check([], {})).toBeUndefined()
  })

  test('are asked for together with those of every message', async () => {
    const decisions = { x: lacking('read'), y: lacking('write', 'share') }
    expect(await check(['x', 'ok', 'y'], { decisions, requiredScopes: ['mcp'] })).toEqual({
      kind: 'scope',
      scopes: ['mcp', 'write', 'share'],
    })
  })
})

describe('of several messages the first of these refusals counts', () => {
  const failed = new Error('broken')
  const decisions: Readonly<Record<string, Decision>> = {
    failed: { kind: 'failed', error: failed },
    hidden: HIDDEN,
    scope: lacking('read'),
    weak: WEAK,
    forbidden: FORBIDDEN,
  }

  test.each([
    [['forbidden', 'weak', 'scope', 'hidden', 'failed'], { kind: 'policy_failed', error: failed }],
    [
      ['forbidden', 'weak', 'scope', 'hidden', 'ok'],
      { kind: 'hidden', operations: [toolOf('hidden')] },
    ],
    [['forbidden', 'weak', 'scope'], { kind: 'scope', scopes: ['read'] }],
    [
      ['forbidden', 'ok', 'weak'],
      { kind: 'authentication', acrValues: ['gold'], maxAgeSeconds: 60 },
    ],
    [['ok', 'forbidden'], { kind: 'forbidden' }],
    [['ok'], undefined],
  ] as const)('%j', async (names, refusal) => {
    expect(await check(names, { decisions })).toEqual(refusal)
  })
})

test('what is hidden is not told apart by scopes that everything needs', async () => {
  const setup = { decisions: { x: HIDDEN }, requiredScopes: ['mcp'] }
  expect(await check(['x'], setup)).toEqual({ kind: 'hidden', operations: [toolOf('x')] })
})

test('of several sign-ins the shortest age counts, and the first that names a strength', async () => {
  const decisions: Record<string, Decision> = {
    recent: { kind: 'authentication', acrValues: [], maxAgeSeconds: 30 },
    weak: WEAK,
    strong: { kind: 'authentication', acrValues: ['platinum'], maxAgeSeconds: undefined },
  }
  expect(await check(['recent', 'weak', 'strong'], { decisions })).toEqual({
    kind: 'authentication',
    acrValues: ['gold'],
    maxAgeSeconds: 30,
  })
  expect(await check(['strong'], { decisions })).toEqual(decisions['strong'])
  expect(await check(['recent'], { decisions })).toEqual(decisions['recent'])
})

describe('a policy that takes its time', () => {
  test('is waited for', async () => {
    const decisions = { x: Promise.resolve(lacking('read')) }
    expect(await check(['ok', 'x'], { decisions })).toEqual({ kind: 'scope', scopes: ['read'] })
  })

  test('lets nobody in when the time is over, or when it rejects', async () => {
    const slow = { x: new Promise<Decision>(() => undefined) }
    expect(await check(['x'], { decisions: slow })).toMatchObject({ kind: 'policy_failed' })
    const broken = { x: Promise.reject(new Error('broken')) }
    expect(await check(['x'], { decisions: broken })).toMatchObject({
      kind: 'policy_failed',
      error: { message: 'broken' },
    })
  })
})

describe('an external decision point', () => {
  test('is asked about every operation, after the policy', async () => {
    const asked: string[] = []
    const decide: DecisionPoint = (principal, { name }, { signal }) => {
      asked.push(`${principal.subject} ${name} ${signal.aborted}`)
      return name !== 'y'
    }
    expect(await check(['x', 'z'], { decide })).toBeUndefined()
    expect(asked.splice(0)).toEqual(['alice x false', 'alice z false'])
    expect(await check(['x', 'y'], { decide })).toEqual({ kind: 'forbidden' })
    asked.length = 0
    expect(await check(['x'], { decide, decisions: { x: HIDDEN } })).toMatchObject({
      kind: 'hidden',
    })
    expect(await check(['x'], { decide, requiredScopes: ['mcp'] })).toMatchObject({ kind: 'scope' })
    expect(asked).toEqual([])
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['answers too late', () => new Promise<boolean>(() => undefined)],
    ['answers with a string', () => 'true' as unknown as boolean],
    ['answers with an object', () => Promise.resolve({ allow: true } as unknown as boolean)],
    ['answers with nothing', () => undefined as unknown as boolean],
  ])('that %s is a dependency that is down', async (_what, decide: DecisionPoint) => {
    const failure = { code: 'ERR_UPSTREAM_DECISION', retryable: true, cause: expect.any(Error) }
    await expect(check(['x'], { decide })).rejects.toMatchObject(failure)
    // Nor is it a yes to the others.
    const first: DecisionPoint = (principal, operation, context) =>
      operation.name === 'ok' || decide(principal, operation, context)
    await expect(check(['ok', 'x'], { decide: first })).rejects.toMatchObject(failure)
  })

  test('is told when nobody waits any longer', async () => {
    let signal: AbortSignal | undefined
    const decide: DecisionPoint = (_principal, _operation, context) => {
      signal = context.signal
      return new Promise<boolean>(() => undefined)
    }
    await expect(check(['x'], { decide })).rejects.toThrow('decide')
    expect(signal?.aborted).toBe(true)
  })
})

describe('the scopes of a challenge', () => {
  const policy = definePolicy({ unlisted: 'authenticated', implies: { write: ['read'] } })
  const granted = new Set(['read', 'profile', 'offline_access'])

  test.each([
    ['2026-07-28', ['write'], ['write']],
    ['2027-01-01', ['write'], ['write']],
    [undefined, ['write'], ['profile', 'write']],
    [undefined, ['share'], ['read', 'profile', 'share']],
    [undefined, ['profile', 'read'], ['profile', 'read']],
  ])('of %s for %j are %j', (revision, needed, scopes) => {
    expect(challengedScopes(messagesOf(['x'], revision), granted, needed, policy)).toEqual(scopes)
  })

  test('without a message and a policy are those held and those needed', () => {
    expect(challengedScopes(undefined, granted, ['write'], undefined)).toEqual([
      'read',
      'profile',
      'write',
    ])
  })
})
