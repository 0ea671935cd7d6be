import { expect, test } from 'vitest'
import { type CurrentRequest, runWithRequest } from '../../src/context/index.ts'
import { DeniedError } from '../../src/errors/index.ts'
import type { Principal } from '../../src/principal/index.ts'
import { requireScopes } from '../../src/sdk/index.ts'
import { authInfoOf } from './servers.ts'

const authInfo = authInfoOf({ sub: 'alice', scope: 'a b' })
const other = authInfoOf({ sub: 'bob', scope: 'c' })
const V1 = { authInfo }
const V2 = { http: { authInfo } }

function requestFor(principal: Principal<unknown> | undefined, demands: string[][]) {
  if (principal === undefined) throw new Error('no principal')
  const request: CurrentRequest = {
    principal,
    missingScopes: (required) => [...required].filter((scope) => !scope.startsWith('implied')),
    demandScopes: (scopes) => demands.push([...scopes]),
  }
  return request
}

test.each([
  ['SDK v1', V1],
  ['SDK v2', V2],
])('the caller of %s needs all of the scopes', (_sdk, context) => {
  expect(() => requireScopes(context, 'a', 'b')).not.toThrow()
  expect(() => requireScopes(context, 'a', 'c')).toThrow(
    expect.objectContaining({ code: 'ERR_DENIED_SCOPE', scopes: ['a', 'c'] }),
  )
  expect(() => requireScopes(context, 'a', 'c')).toThrow(/^Scopes needed: a c: /)
})

test.each([
  ['no token', {}],
  ['no HTTP', { http: undefined }],
  [
    'a token of another verifier',
    { authInfo: { extra: { principal: { id: 'x', scopes: ['a'] } } } },
  ],
  ['a token without extras', { http: { authInfo: {} } }],
  ['a principal that is none', { authInfo: { extra: { principal: 'alice' } } }],
])('nobody has scopes with %s', (_what, context) => {
  expect(() => requireScopes(context, 'a')).toThrow(DeniedError)
  expect(() => requireScopes(context)).toThrow(DeniedError)
})

test('the request that is handled tells the hierarchy, and learns what is needed', () => {
  const demands: string[][] = []
  runWithRequest(requestFor(authInfo?.extra.principal, demands), () => {
    requireScopes(V1, 'implied')
    expect(demands).toEqual([])
    expect(() => requireScopes(V2, 'implied', 'c')).toThrow('Scopes needed: implied c')
    expect(() => requireScopes({}, 'd')).toThrow('Scopes needed: d')
  })
  expect(demands).toEqual([['implied', 'c'], ['d']])
})

test('the request of another caller decides nothing', () => {
  const demands: string[][] = []
  runWithRequest(requestFor(other?.extra.principal, demands), () => {
    expect(() => requireScopes(V1, 'implied')).toThrow(DeniedError)
    expect(() => requireScopes(V1, 'a')).not.toThrow()
  })
  expect(demands).toEqual([])
})

test('what is no scope is needed and not demanded', () => {
  const demands: string[][] = []
  runWithRequest(requestFor(authInfo?.extra.principal, demands), () => {
    expect(() => requireScopes(V1, 'repo:"x"', 'a')).toThrow(DeniedError)
  })
  expect(demands).toEqual([])
})
