import { type OidcSignInOptions, oidcSignIn } from 'mcp-gatehouse/connections'
import { startKeycloak } from 'mcp-gatehouse/testing'
import { expect, onTestFinished, test } from 'vitest'
import { ownerOfUser } from '../../src/connections/owner.ts'
import { createScriptedBrowser } from '../../src/testing/browser.ts'
import { ALICE, obtainTokens, register } from '../testing/flow.ts'
import { type PagesWorld, type PagesWorldOptions, startPagesWorld } from './pages-world.ts'
import { allowAtService, createVisitor, signIn, type Visitor } from './visitor.ts'

async function start(options: PagesWorldOptions = {}): Promise<PagesWorld> {
  const world = await startPagesWorld(options)
  onTestFinished(() => world.close())
  return world
}

/** Signs in at an emulated provider, from the page that asks for it. */
async function signInAtProvider(visitor: Visitor, world: PagesWorld) {
  const needed = await visitor.get(`${world.baseUrl}/account`)
  return allowAtService(visitor, await visitor.press(needed, {}), 'alice')
}

async function startProvider(clientOf: Partial<OidcSignInOptions> = {}) {
  const provider = await startKeycloak({ redirectUris: ['http://127.0.0.1/account/callback'] })
  onTestFinished(() => provider.close())
  const { issuer, clientId, clientSecret } = provider
  const options = { issuer, clientId, clientSecret, allowInsecureLoopback: true, ...clientOf }
  return { provider, identity: oidcSignIn(options) }
}

test('without an authorization server, users sign in at the identity provider', async () => {
  const { provider, identity } = await startProvider()
  const world = await start({ identity: () => identity })
  const alice = createVisitor()
  const account = await signInAtProvider(alice, world)
  expect(account.url).toBe(`${world.baseUrl}/account`)
  expect(account.text).toContain('Signed in as <bdi>alice@example.com</bdi>')
  expect(account.text).not.toContain('Applications that you have allowed')
  expect(account.text).not.toContain('Sign out everywhere')
  // The caller of a tool with an access token of that provider is the same user.
  const subject = provider.users['alice']?.sub ?? ''
  const owner = ownerOfUser({ issuer: provider.issuer, subject })
  const purpose = { clientId: 'client-1', operation: 'list_issues' }
  const asked = await world.core.requests.begin(owner, 'github', purpose)
  expect((await alice.get(asked.url)).text).toContain('Connect GitHub?')
  const others = [
    { issuer: 'https://other.example', subject },
    { issuer: provider.issuer, subject, tenant: 'acme' },
    { issuer: provider.issuer, subject: 'alice@example.com' },
  ]
  for (const other of others) {
    const link = await world.core.requests.begin(ownerOfUser(other), 'github', purpose)
    expect((await alice.get(link.url)).status).toBe(403)
  }
})

test('E-13: tenant and issuer are those of the access tokens', async () => {
  const tokenIssuer = 'https://sts.example/'
  const { provider, identity } = await startProvider({ tokenIssuer, tenantClaim: 'email' })
  const world = await start({ identity: () => identity })
  const alice = createVisitor()
  await signInAtProvider(alice, world)
  const subject = provider.users['alice']?.sub ?? ''
  const user = { issuer: tokenIssuer, subject, tenant: 'alice@example.com' }
  const purpose = { clientId: 'client-1', operation: 'list_issues' }
  const asked = await world.core.requests.begin(ownerOfUser(user), 'github', purpose)
  expect((await alice.get(asked.url)).status).toBe(200)
})

test('behind an authorization server with an upstream, a user is who our tokens say', async () => {
  const keycloak = await startKeycloak({ redirectUris: ['http://127.0.0.1/callback/upstream'] })
  onTestFinished(() => keycloak.close())
  const { issuer, clientId, clientSecret } = keycloak
  const upstream = { issuer, clientId, clientSecret, allowInsecureLoopback: true }
  const world = await start({ server: { users: undefined, upstream } })
  const visitor = createVisitor()
  const account = await signInAtProvider(visitor, world)
  expect(account.text).toContain('Signed in as <bdi>alice@example.com</bdi>')
  // "Sign in as somebody else" has the upstream ask again, though Alice is signed in there.
  const bobs = ownerOfUser({ issuer: world.baseUrl, subject: 'bob' })
  const purpose = { clientId: 'client-1', operation: 'list_issues' }
  const asked = await world.core.requests.begin(bobs, 'github', purpose)
  const wrong = await visitor.get(asked.url)
  expect(wrong.status).toBe(403)
  const redirect = await visitor.follow(await visitor.press(wrong, {}))
  expect(redirect.text).toContain('Sign in at the provider')
})

test('the account page shows clients that were allowed, and withdraws what they have', async () => {
  const world = await start()
  const { client } = await register(world.baseUrl, {
    application_type: 'native',
    client_name: 'Code Editor',
  })
  const browser = createScriptedBrowser()
  const granted = { browser, clientId: String(client['client_id']), signIn: ALICE }
  const tokens = await obtainTokens(world.baseUrl, granted)
  const verified = await world.server.verifier.verify(String(tokens['access_token']))
  const subject = verified.ok ? String(verified.value.claims['sub']) : ''
  expect(ownerOfUser({ issuer: world.baseUrl, subject })).toEqual(world.owner('alice'))
  const alice = createVisitor()
  const account = await signIn(alice, await alice.get(`${world.baseUrl}/account`), 'alice')
  expect(account.text).toContain('<bdi>Code Editor</bdi>')
  expect(account.text).toContain('<li>Read your notes</li>')
  const link = /href="(\/account\/withdraw\/\w+)"/.exec(account.text)?.[1] ?? ''
  const question = await alice.get(world.baseUrl + link)
  expect(question.text).toContain('Withdraw the access of Code Editor?')
  const after = await alice.follow(await alice.press(question, { decision: 'yes' }))
  expect(after.text).toContain('You have allowed no application.')
  const bob = createVisitor()
  await signIn(bob, await bob.get(`${world.baseUrl}/account`), 'bob')
  expect((await bob.get(question.url)).status).toBe(404)
})

test('web-standard servers have the same pages', async () => {
  const world = await start()
  const { fetch: answer } = world.pages
  const page = await answer(new Request(`${world.baseUrl}/account`))
  expect([page.status, page.headers.get('x-frame-options')]).toEqual([200, 'DENY'])
  expect(await page.text()).toContain('Sign in to go on')
  const head = await answer(new Request(`${world.baseUrl}/account`, { method: 'HEAD' }))
  expect([head.status, await head.text()]).toEqual([200, ''])
  const body = new URLSearchParams({ return_to: '/account' })
  const signInRequest = new Request(`${world.baseUrl}/account/sign-in`, { method: 'POST', body })
  const redirect = await answer(signInRequest)
  expect([redirect.status, redirect.headers.getSetCookie().length]).toEqual([303, 1])
  expect((await answer(new Request(`${world.baseUrl}/mcp`))).status).toBe(404)
})
