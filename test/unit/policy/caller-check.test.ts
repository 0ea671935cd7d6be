import { expect, test } from 'vitest'
import {
  claimCheck,
  permissionCheck,
  roleCheck,
  tenantCheck,
  USER_CHECK,
} from '../../../src/policy/caller-check.ts'
import { caller } from './caller.ts'

test.each([
  [tenantCheck(['acme']), 'tenant', '"acme"'],
  [tenantCheck(['acme', 'beta']), 'tenant', 'one of "acme", "beta"'],
  [roleCheck(['admin']), 'roles', '"admin"'],
  [roleCheck(['admin', 'owner']), 'roles', 'one of "admin", "owner"'],
  [permissionCheck(['read']), 'permissions', '"read"'],
  [permissionCheck(['read', 'write']), 'permissions', 'all of "read", "write"'],
  [claimCheck('level', [1, '2']), 'claim "level"', 'one of 1, "2"'],
  [USER_CHECK, 'kind of caller', '"user"'],
])('an engineer is told what is needed: %#', (check, subject, needed) => {
  expect([check.subject, check.needed]).toEqual([subject, needed])
})

test.each([
  [tenantCheck(['acme']), { tenant: 'acme' }, ['acme'], true],
  [tenantCheck(['acme']), { tenant: 'beta' }, ['beta'], false],
  [tenantCheck(['acme']), {}, [], false],
  [roleCheck(['admin', 'owner']), { roles: ['user', 'owner'] }, ['user', 'owner'], true],
  [roleCheck(['admin']), { roles: ['user'] }, ['user'], false],
  [permissionCheck(['a', 'b']), { permissions: ['b', 'a'] }, ['b', 'a'], true],
  [permissionCheck(['a', 'b']), { permissions: ['a'] }, ['a'], false],
  [claimCheck('c', [1]), { claims: { c: 1 } }, [1], true],
  [claimCheck('c', [1]), { claims: { c: [0, 1] } }, [0, 1], true],
  [claimCheck('c', [1]), { claims: { c: '1' } }, ['1'], false],
  [claimCheck('c', [1]), { claims: {} }, [], false],
  [claimCheck('constructor', [Object]), { claims: {} }, [], false],
  [claimCheck('length', [3]), { claims: 'abc' }, [], false],
  [claimCheck('c', [1]), { claims: null }, [], false],
  [USER_CHECK, { kind: 'user' }, ['user'], true],
  [USER_CHECK, { kind: 'client' }, ['client'], false],
] as const)('%# of a caller with %j', (check, facts, held, passes) => {
  const principal = caller(facts)
  expect([check.held(principal), check.passes(principal)]).toEqual([held, passes])
})
