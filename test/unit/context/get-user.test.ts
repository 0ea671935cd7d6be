import { getUser, runWithRequest } from 'mcp-gatehouse/context'
import { createPrincipal } from 'mcp-gatehouse/testing'
import { describe, expect, test } from 'vitest'

function as<Result>(claims: Readonly<Record<string, unknown>>, handle: () => Result): Result {
  const principal = createPrincipal(claims)
  return runWithRequest({ principal, missingScopes: () => [], demandScopes: () => {} }, handle)
}

describe('getUser', () => {
  test('gives the claims by property and by index', () => {
    const name = 'e-mail'
    const user = as({ sub: 'alice', name: 'Alice', 'e-mail': 'a@example.com' }, getUser)
    expect([user['name'], user[name], user['role']]).toEqual(['Alice', 'a@example.com', undefined])
  })

  test('knows nobody outside of a request', () => {
    expect(getUser()).toEqual({})
    expect(getUser()['sub']).toBeUndefined()
  })

  test('has nothing but claims, and none that a token could leave behind', () => {
    const hostile = JSON.parse('{"sub":"alice","__proto__":{"role":"admin"}}') as object
    const user = as({ ...hostile }, getUser)
    expect([user['role'], user['constructor'], user['toString']]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(Object.isFrozen(user)).toBe(true)
  })

  test('is another user in each request, also in those that overlap', async () => {
    const later = async (): Promise<unknown> => {
      await new Promise(setImmediate)
      return getUser()['sub']
    }
    const subjects = await Promise.all([as({ sub: 'alice' }, later), as({ sub: 'bob' }, later)])
    expect(subjects).toEqual(['alice', 'bob'])
  })
})
