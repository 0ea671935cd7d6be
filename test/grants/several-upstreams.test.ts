import { decodeJwt } from 'jose'
import type { UpstreamRealmOptions } from 'mcp-gatehouse/authorization-server'
import { createScriptedBrowser, startKeycloak } from 'mcp-gatehouse/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ALICE, obtainTokens, register } from '../testing/flow.ts'
import { type EnterpriseWorld, startEnterprise } from './enterprise-world.ts'
import { READ } from './world.ts'

const SUBJECT = 'the-same-everywhere'
/** What both providers say of their alice, and what says it once more. */
const VERIFIED = { email: 'alice@acme.example', email_verified: true }

async function startUpstream(name: string, domain: string): Promise<UpstreamRealmOptions> {
  const provider = await startKeycloak({
    redirectUris: [`http://127.0.0.1/callback/${name}`],
    users: { alice: { password: 'wonderland', sub: SUBJECT, claims: VERIFIED } },
  })
  onTestFinished(() => provider.close())
  const { issuer, clientId, clientSecret } = provider
  return {
    upstream: {
      name,
      issuer,
      clientId,
      clientSecret,
      scopes: ['openid', 'profile', 'email'],
      claims: { email: 'email', email_verified: 'email_verified' },
      allowInsecureLoopback: true,
    },
    emailDomains: [domain],
  }
}

/** Two upstreams, of which at most one speaks for the domain of the address. */
async function start(staffDomain: string) {
  const staff = await startUpstream('staff', staffDomain)
  const partners = await startUpstream('partners', 'partner.example')
  const world = await startEnterprise({
    issuer: { linkEmailDomains: ['acme.example'] },
    server: () => ({ users: undefined, upstreams: [staff, partners], registration: 'open' }),
  })
  return { ...world, staff, partners, staffDomain }
}

async function signInAt(
  { issuer, resource }: Pick<EnterpriseWorld, 'issuer' | 'resource'>,
  domain: string,
): Promise<string | undefined> {
  const { client } = await register(issuer, { application_type: 'native' })
  const tokens = await obtainTokens(issuer, {
    browser: createScriptedBrowser(),
    clientId: String(client['client_id']),
    signIn: ALICE,
    parameters: { resource, scope: READ, login_hint: `alice@${domain}` },
  })
  return decodeJwt(String(tokens['access_token'])).sub
}

async function accountOf(
  { mint, redeem }: EnterpriseWorld,
  claims: Readonly<Record<string, unknown>>,
): Promise<string | undefined> {
  const { status, body } = await redeem(await mint(claims))
  expect(status).toBe(200)
  return decodeJwt(String(body['access_token'])).sub
}

describe('EMA-12 accounts of assertions, with several upstreams', () => {
  test('EMA-12 an address leads to the account of the upstream that speaks for its domain, whatever another one says', async () => {
    const world = await start('acme.example')
    const staff = await signInAt(world, 'acme.example')
    const partner = await signInAt(world, 'partner.example')
    expect(partner).not.toBe(staff)
    expect(await accountOf(world, { ...VERIFIED, sub: 'new' })).toBe(staff)
  })

  test('EMA-12 an address that two upstreams have verified, and neither speaks for, leads to none of their accounts', async () => {
    const world = await start('staff.example')
    const both = [await signInAt(world, 'staff.example'), await signInAt(world, 'partner.example')]
    expect(new Set(both).size).toBe(2)
    expect(both).not.toContain(await accountOf(world, { ...VERIFIED, sub: 'new' }))
  })

  test('EMA-12 a subject that users of upstreams have too is another user, by issuer and subject', async () => {
    const world = await start('acme.example')
    const both = [await signInAt(world, 'acme.example'), await signInAt(world, 'partner.example')]
    const unverified = { sub: SUBJECT, email: 'alice@acme.example', email_verified: false }
    const account = await accountOf(world, unverified)
    expect(both).not.toContain(account)
    // Who has an account keeps it, also with the address.
    expect(await accountOf(world, { ...VERIFIED, sub: SUBJECT })).toBe(account)
  })
})
