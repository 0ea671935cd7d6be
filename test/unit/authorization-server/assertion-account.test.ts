import { expect, test } from 'vitest'
import { linkAccount } from '../../../src/authorization-server/identity-assertions/account.ts'
import type { AssertionIssuer } from '../../../src/authorization-server/identity-assertions/settings.ts'
import type { UserRecord } from '../../../src/authorization-server/users.ts'

const ISSUER = 'https://id.acme.example'
const SETTINGS: AssertionIssuer = {
  issuer: ISSUER,
  clients: undefined,
  resources: new Set(),
  tenant: undefined,
  defaultScopes: [],
  claims: { email: 'email', email_verified: 'email_verified', roles: 'roles' },
  linkEmailDomains: new Set(['acme.example']),
}
const ACME = { emailDomains: new Set(['acme.example']), upstream: { issuer: ISSUER } }
const GLOBEX = {
  emailDomains: new Set(['globex.example', 'shared.example']),
  upstream: { issuer: 'https://id.globex.example' },
}

async function claimsOf(
  all: Readonly<Record<string, unknown>>,
  {
    known,
    linkEmailDomains = SETTINGS.linkEmailDomains,
  }: { known?: UserRecord; linkEmailDomains?: ReadonlySet<string> } = {},
): Promise<unknown> {
  const assertion = { iss: ISSUER, sub: 'alice', jti: 'j', iat: 1, exp: 2, all }
  const account = await linkAccount(
    assertion,
    { ...SETTINGS, linkEmailDomains },
    {
      users: {
        find: async () => known,
        findByEmail: async () => undefined,
        writeOf: async () => ({ kind: 'delete', key: 'user' }),
      },
      upstreams: [ACME, GLOBEX],
    },
  )
  return account.claims
}

const verified = (email: string) => ({ email, email_verified: true })

test.each([
  ['of its own domain', 'alice@acme.example', true],
  ['of a domain that nobody speaks for', 'alice@elsewhere.example', true],
  ['of the domain of another provider', 'boss@globex.example', false],
  ['of that domain, written otherwise', 'boss@GLOBEX.example', false],
])('an address %s is taken over, or not', async (_title, email, isBelieved) => {
  const roles = { roles: ['user'] }
  const claims = await claimsOf({ ...verified(email), ...roles })
  expect(claims).toEqual(isBelieved ? { ...verified(email), ...roles } : roles)
})

test('an address of a domain that both may speak for is taken over', async () => {
  const linkEmailDomains = new Set(['shared.example'])
  const claims = verified('alice@shared.example')
  expect(await claimsOf(claims, { linkEmailDomains })).toEqual(claims)
})

test('what an assertion says today counts, and not what the sign-in in a browser said, but for the address', async () => {
  const known: UserRecord = {
    issuer: ISSUER,
    subject: 'alice',
    upstream: 'acme',
    claims: { ...verified('alice@acme.example'), name: 'Alice', roles: ['admin'] },
  }
  const today = { email: 'other@acme.example', roles: ['user'] }
  expect(await claimsOf(today, { known })).toEqual({ ...known.claims, roles: ['user'] })
  expect(await claimsOf({ roles: [] }, { known })).toEqual({ ...known.claims, roles: [] })
  expect(await claimsOf({}, { known })).toEqual(known.claims)
})
