import { expect, test } from 'vitest'
import { combineStrengths, isAcrAccepted, isRecent } from '../../../src/policy/authentication.ts'
import { caller, NOW } from './caller.ts'

const strength = (acrValues?: readonly string[], maxAgeSeconds?: number) => ({
  acrValues,
  maxAgeSeconds,
})

test.each([
  [[], strength()],
  [[strength(['a', 'b']), strength(['b', 'c'])], strength(['b'])],
  [[strength(['a']), strength(['b'])], strength([])],
  [[strength(['a']), strength(undefined, 60)], strength(['a'], 60)],
  [[strength(undefined, 60), strength(['a'], 30)], strength(['a'], 30)],
])('%j together need %j', (strengths, combined) => {
  expect(combineStrengths(strengths)).toEqual(combined)
})

test.each([
  [undefined, undefined, true],
  [undefined, 'gold', true],
  [['gold'], 'gold', true],
  [['gold'], 'silver', false],
  [['gold'], undefined, false],
  [[], 'gold', false],
])('where %j is accepted, a sign-in of %j is: %s', (acrValues, acr, accepted) => {
  expect(isAcrAccepted(strength(acrValues), caller({ claims: { acr } }))).toBe(accepted)
})

test.each([
  [undefined, undefined, true],
  [60, undefined, false],
  [60, NOW - 60, true],
  [60, NOW - 61, false],
  [60, NOW + 30, true],
  [60, NOW + 86_400, false],
])('within %s s, a sign-in at %s is recent: %s', (maxAgeSeconds, auth_time, recent) => {
  const principal = caller({ claims: { auth_time } })
  expect(isRecent(strength(undefined, maxAgeSeconds), principal, NOW)).toBe(recent)
})
