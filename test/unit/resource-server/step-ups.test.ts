import { expect, test } from 'vitest'
import { missingScopes } from '../../../src/oauth/index.ts'
import { createStepUps } from '../../../src/resource-server/step-ups.ts'
import { createTestClock } from '../../security/support/test-clock.ts'
import { callerOf } from './callers.ts'

function start() {
  const clock = createTestClock()
  return { clock, stepUps: createStepUps(clock, missingScopes) }
}

const alice = callerOf()

/** A token of the caller; the first one, unless it says otherwise. */
function tokenOf(principal: ReturnType<typeof callerOf>, digest = 'first token') {
  return { principal, digest }
}

test('three challenges within a minute are the most', () => {
  const { stepUps } = start()
  const states = Array.from({ length: 4 }, () => {
    const isLooping = stepUps.isLooping(tokenOf(alice), ['a'])
    stepUps.challenged(tokenOf(alice), ['a'], undefined)
    return isLooping
  })
  expect(states).toEqual([false, false, false, true])
})

test('a challenge counts for a minute', () => {
  const { clock, stepUps } = start()
  for (let round = 0; round < 3; round += 1) {
    stepUps.challenged(tokenOf(alice), ['a'], undefined)
    clock.pass(10)
  }
  clock.pass(29.999)
  expect(stepUps.isLooping(tokenOf(alice), ['a'])).toBe(true)
  clock.pass(0.001)
  expect(stepUps.isLooping(tokenOf(alice), ['a'])).toBe(false)
})

test('a system clock that is set counts nothing', () => {
  const { clock, stepUps } = start()
  for (let round = 0; round < 3; round += 1) stepUps.challenged(tokenOf(alice), ['a'], undefined)
  clock.step(3_600)
  expect(stepUps.isLooping(tokenOf(alice), ['a'])).toBe(true)
  clock.step(-7_200)
  expect(stepUps.isLooping(tokenOf(alice), ['a'])).toBe(true)
})

test.each([
  ['another user', callerOf({ sub: 'bob' }), ['a', 'b']],
  ['another client', callerOf({ client_id: 'other' }), ['a', 'b']],
  ['no client', callerOf({ client_id: undefined }), ['a', 'b']],
  ['another issuer', callerOf({}, 'https://other.example.com'), ['a', 'b']],
  ['other scopes', alice, ['a']],
  ['scopes that are written alike', alice, ['a b']],
])('%s is counted apart', (_what, caller, scopes) => {
  const { stepUps } = start()
  for (let round = 0; round < 3; round += 1)
    stepUps.challenged(tokenOf(alice), ['a', 'b'], undefined)
  expect(stepUps.isLooping(tokenOf(caller), scopes)).toBe(false)
  expect(stepUps.isLooping(tokenOf(alice), ['b', 'a'])).toBe(true)
  expect(stepUps.isLooping(tokenOf(callerOf({ scope: 'c' })), ['a', 'b'])).toBe(true)
})

test('ten thousand other callers push a count out, and no more is kept', () => {
  const { stepUps } = start()
  for (let round = 0; round < 3; round += 1) stepUps.challenged(tokenOf(alice), ['a'], undefined)
  for (let index = 0; index < 10_000; index += 1) {
    stepUps.challenged(tokenOf(callerOf({ sub: `user-${index}` })), ['a'], undefined)
  }
  expect(stepUps.isLooping(tokenOf(alice), ['a'])).toBe(false)
  expect(stepUps.elevationOf(callerOf({ scope: 'a' }))).toBeUndefined()
})

test('the first token with some of the scopes is an elevation, once', () => {
  const { stepUps } = start()
  stepUps.challenged(tokenOf(callerOf({ scope: 'a' })), ['a', 'b', 'c'], 'first')
  expect(stepUps.elevationOf(callerOf({ scope: 'a' }))).toBeUndefined()
  expect(stepUps.elevationOf(callerOf({ scope: 'a d' }))).toBeUndefined()
  expect(stepUps.elevationOf(callerOf({ scope: 'a b c', sub: 'bob' }))).toBeUndefined()
  expect(stepUps.elevationOf(callerOf({ scope: 'a b c', client_id: 'other' }))).toBeUndefined()
  expect(stepUps.elevationOf(callerOf({ scope: 'a b' }))).toEqual({
    requested: ['a', 'b', 'c'],
    granted: ['a', 'b'],
    challengedBy: 'first',
  })
  expect(stepUps.elevationOf(callerOf({ scope: 'a b' }))).toBeUndefined()
})

test('a token with less than before is no elevation', () => {
  const { stepUps } = start()
  stepUps.challenged(tokenOf(callerOf({ scope: 'a b' })), ['a', 'b', 'c'], undefined)
  expect(stepUps.elevationOf(callerOf({ scope: 'a' }))).toBeUndefined()
  expect(stepUps.elevationOf(callerOf({ scope: 'a c' }))).toBeUndefined()
  expect(stepUps.elevationOf(callerOf({ scope: 'a b c' }))?.granted).toEqual(['a', 'b', 'c'])
})

test('what a scope includes is granted with it', () => {
  const stepUps = createStepUps(createTestClock(), (granted, required) =>
    granted.has('admin') ? [] : missingScopes(granted, required),
  )
  stepUps.challenged(tokenOf(callerOf({ scope: 'a' })), ['a', 'b'], 'first')
  expect(stepUps.elevationOf(callerOf({ scope: 'admin' }))?.granted).toEqual(['a', 'b'])
})

test('another token without the scopes is told that asking was in vain, once', () => {
  const { stepUps, clock } = start()
  stepUps.challenged(tokenOf(alice), ['a'], undefined)
  expect(stepUps.isLooping(tokenOf(alice), ['a'])).toBe(false)
  expect(stepUps.isLooping(tokenOf(alice, 'refreshed'), ['b'])).toBe(false)
  expect(stepUps.isLooping(tokenOf(alice, 'refreshed'), ['a'])).toBe(true)
  expect(stepUps.isLooping(tokenOf(alice, 'refreshed'), ['a'])).toBe(false)

  stepUps.challenged(tokenOf(alice), ['a'], undefined)
  clock.pass(60)
  expect(stepUps.isLooping(tokenOf(alice, 'refreshed'), ['a'])).toBe(false)
})

test('a challenge for other scopes is not the one that was in vain', () => {
  const { stepUps } = start()
  stepUps.challenged(tokenOf(alice), ['a'], undefined)
  stepUps.challenged(tokenOf(alice), ['b'], undefined)
  expect(stepUps.isLooping(tokenOf(alice, 'refreshed'), ['a'])).toBe(false)
})

test('what is gained after a challenge in vain came of that challenge', () => {
  const { stepUps } = start()
  stepUps.challenged(tokenOf(alice), ['a'], 'first')
  expect(stepUps.isLooping(tokenOf(alice, 'refreshed'), ['a'])).toBe(true)
  expect(stepUps.elevationOf(callerOf({ scope: 'a' }))?.challengedBy).toBe('first')
})
