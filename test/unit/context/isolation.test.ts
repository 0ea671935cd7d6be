import { describe, expect, test } from 'vitest'
import {
  currentPrincipal,
  currentRequest,
  requireOwner,
  requireTenant,
  runWithRequest,
} from '../../../src/context/index.ts'
import { DeniedError } from '../../../src/errors/index.ts'
import { buildPrincipal, type Principal } from '../../../src/principal/index.ts'

function principalOf(claims: Readonly<Record<string, unknown>>): Principal {
  const principal = buildPrincipal('https://as.example.com', claims, {}, claims)
  if (principal === undefined) throw new Error('no principal')
  return principal
}

const alice = principalOf({ sub: 'alice', tid: 'acme', scope: 'a' })
const bob = principalOf({ sub: 'bob', tid: 'acme' })
const aliceElsewhere = principalOf({ sub: 'alice', tid: 'evil' })
const aliceOfNoTenant = principalOf({ sub: 'alice' })

function runAs<Result>(principal: Principal, handle: () => Result): Result {
  return runWithRequest({ principal, missingScopes: () => [], demandScopes: () => {} }, handle)
}

const denied = (code: string) => expect.objectContaining({ name: 'DeniedError', code })
const TENANT = denied('ERR_DENIED_TENANT')
const OWNER = denied('ERR_DENIED_OWNER')

describe('requireTenant', () => {
  test('tells the tenant of the caller', () => {
    expect(runAs(alice, () => requireTenant())).toBe('acme')
    expect(runAs(alice, () => requireTenant('acme'))).toBe('acme')
    expect(requireTenant('acme', alice)).toBe('acme')
  })

  test.each([
    ['another tenant', () => requireTenant('acme', aliceElsewhere)],
    ['a part of the name', () => requireTenant('acm', alice)],
    ['nobody', () => requireTenant('acme', undefined)],
    ['no tenant', () => requireTenant('acme', aliceOfNoTenant)],
    ['no tenant on either side', () => requireTenant(undefined, aliceOfNoTenant)],
    ['a record without a tenant', () => requireTenant(undefined, alice)],
    ['an object in place of a name', () => requireTenant({ tenant: 'acme' } as never, alice)],
    ['no request', () => requireTenant()],
    ['a caller of no tenant', () => runAs(aliceOfNoTenant, () => requireTenant())],
    ['no expectation', () => runAs(alice, () => requireTenant(undefined))],
  ])('refuses %s', (_what, check) => {
    expect(check).toThrow(TENANT)
    expect(check).toThrow(DeniedError)
  })
})

describe('requireOwner', () => {
  test('lets the owner pass', () => {
    expect(() => requireOwner(alice.id, alice)).not.toThrow()
    expect(() => runAs(alice, () => requireOwner(alice.id))).not.toThrow()
  })

  test.each([
    ['another user', () => requireOwner(alice.id, bob)],
    ['the same subject of another tenant', () => requireOwner(alice.id, aliceElsewhere)],
    ['a bare subject', () => requireOwner('alice', alice)],
    ['a resource of nobody', () => requireOwner(undefined, alice)],
    ['everybody outside of a request', () => requireOwner(alice.id)],
    ['nobody, for a resource of nobody', () => requireOwner(undefined)],
    ['another user of the request', () => runAs(bob, () => requireOwner(alice.id))],
  ])('refuses %s', (_what, check) => {
    expect(check).toThrow(OWNER)
  })

  test('names neither the owner nor the caller', () => {
    expect(() => requireOwner(alice.id, bob)).toThrow(/^(?!.*(alice|bob|acme))/)
  })
})

describe('the current request', () => {
  test('is that of the innermost run, across awaits', async () => {
    expect([currentRequest(), currentPrincipal()]).toEqual([undefined, undefined])
    await runAs(alice, async () => {
      await Promise.resolve()
      expect(currentPrincipal()).toBe(alice)
      await runAs(bob, async () => {
        await Promise.resolve()
        expect(currentPrincipal()).toBe(bob)
      })
      expect(currentPrincipal()).toBe(alice)
    })
    expect(currentRequest()).toBeUndefined()
  })

  test('hands over what it was run with', () => {
    const request = { principal: alice, missingScopes: () => [], demandScopes: () => {} }
    expect(runWithRequest(request, () => currentRequest())).toBe(request)
  })
})
