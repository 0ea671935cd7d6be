import type { StaticClientOptions } from 'mcp-gatehouse/authorization-server'
import { createPrincipal, createScriptedBrowser } from 'mcp-gatehouse/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  obtainTokensAt,
  signInUpToCallback,
  startUpstreamWorld,
} from '../security/support/held-sign-in.ts'
import {
  ALICE,
  createAuthorizationRequest,
  postToken,
  REDIRECT_URI,
  register,
} from '../testing/flow.ts'
import { ask, createRecordingBrowser, expectCallback, expectPage } from './user-agent.ts'
import { type AsWorld, startAuthorizationServer, WEB_REDIRECT_URI } from './world.ts'

interface Servers {
  readonly one: AsWorld
  /** It has another issuer, and the same storage, keys, users and resources. */
  readonly other: AsWorld
}

/** @param clients Known at both, where it is not the client that is to be refused. */
async function startBoth(clients: readonly StaticClientOptions[] = []): Promise<Servers> {
  const one = await startAuthorizationServer({ options: () => ({ clients }) })
  const { storage, keys, resources } = one.options
  const other = await startAuthorizationServer({
    options: () => ({ clients, storage, keys, resources }),
  })
  onTestFinished(async () => {
    await Promise.all([one.close(), other.close()])
  })
  return { one, other }
}

async function registerAt({ issuer }: AsWorld): Promise<string> {
  const { client } = await register(issuer)
  return String(client['client_id'])
}

/** A code of a user, and what redeems it. */
async function obtainCode({ issuer }: AsWorld) {
  const { url, codeVerifier } = createAuthorizationRequest(issuer, clientId)
  const callback = await createScriptedBrowser().authorize(url, ALICE)
  return {
    grant_type: 'authorization_code',
    client_id: clientId,
    code: callback.searchParams.get('code') ?? '',
    code_verifier: codeVerifier,
    redirect_uri: REDIRECT_URI,
  }
}

const REFUSED = { status: 400, body: { error: 'invalid_grant' } }
const clientId = 'at-both'
const KNOWN = [{ clientId, redirectUris: [REDIRECT_URI, WEB_REDIRECT_URI] }]

describe('AS-23 over one storage, with the same keys, a server knows nothing of another issuer', () => {
  test('no registration', async () => {
    const { one, other } = await startBoth()
    const registered = await registerAt(one)
    const at = ({ issuer }: AsWorld) => ask(createAuthorizationRequest(issuer, registered).url)
    expect((await at(one)).status).toBe(303)
    const refused = await at(other)
    expect([refused.status, refused.headers.get('location')]).toEqual([400, null])
    expect(await refused.text()).toContain('does not know the application')
    // The same metadata is another client there.
    expect(await registerAt(other)).not.toBe(registered)
  })

  test('no code, which stays good at its own', async () => {
    const { one, other } = await startBoth(KNOWN)
    const code = await obtainCode(one)
    expect(await postToken(other.issuer, code)).toMatchObject(REFUSED)
    expect(await postToken(one.issuer, code)).toMatchObject({ status: 200 })
  })

  test('no refresh token, which is neither revoked nor told about', async () => {
    const { one, other } = await startBoth(KNOWN)
    const { body } = await postToken(one.issuer, await obtainCode(one))
    const token = String(body['refresh_token'])
    const refresh = { grant_type: 'refresh_token', client_id: clientId, refresh_token: token }
    expect(await postToken(other.issuer, refresh)).toMatchObject(REFUSED)
    const present = async (path: string) =>
      fetch(`${other.issuer}${path}`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: clientId, token }),
      })
    expect(await (await present('/introspect')).json()).toEqual({ active: false })
    expect((await present('/revoke')).status).toBe(200)
    expect(await postToken(one.issuer, refresh)).toMatchObject({ status: 200 })
  })

  test('no access token, though it is signed with the same key', async () => {
    const { one, other } = await startBoth(KNOWN)
    const { body } = await postToken(one.issuer, await obtainCode(one))
    const token = String(body['access_token'])
    expect(await one.server.verifier.verify(token)).toMatchObject({ ok: true })
    expect(await other.server.verifier.verify(token)).toMatchObject({ ok: false })
  })

  test('no approval and no session: the user is asked, and signs in', async () => {
    const { one, other } = await startBoth(KNOWN)
    const url = ({ issuer }: AsWorld): URL =>
      createAuthorizationRequest(issuer, clientId, { redirect_uri: WEB_REDIRECT_URI }).url
    const { browser } = createRecordingBrowser()
    const { username, password } = ALICE
    const allow = { button: 'Allow', fields: { remember: ['yes'] } }
    const signIn = { button: 'Sign in', fields: { username, password } }
    for (const world of [one, other]) {
      const consent = expectPage(await browser.open(url(world)))
      const page = expectPage(await browser.submit(consent, allow))
      expectCallback(await browser.submit(page, signIn))
      expectCallback(await browser.open(url(world)))
    }
    const [subject] = one.events.flatMap((event) =>
      event.type === 'consent.allow' ? [event.subject] : [],
    )
    const approvalsAt = ({ server, issuer }: AsWorld) =>
      server.approvals.list(createPrincipal({ sub: String(subject) }, issuer))
    const [approval] = await approvalsAt(one)
    const alice = createPrincipal({ sub: String(subject) }, one.issuer)
    expect(await one.server.approvals.revoke(alice, approval?.id ?? '')).toBe(true)
    expect(await approvalsAt(one)).toEqual([])
    expect(await approvalsAt(other)).toMatchObject([{ clientId }])
  })
})

describe('AS-23 SEC-151 in front of one provider', () => {
  async function startUpstreams() {
    const one = await startUpstreamWorld()
    const { storage, keys, resources, upstream } = one.options
    const other = await startAuthorizationServer({
      options: () => ({ storage, keys, resources, users: undefined, upstream }),
    })
    onTestFinished(() => other.close())
    return { one, other }
  }

  test('a callback of one issuer is unknown at another, and finishes at its own', async () => {
    const { one, other } = await startUpstreams()
    const signIn = await signInUpToCallback(one.url())
    const elsewhere = new URL(signIn.callback.pathname + signIn.callback.search, other.issuer)
    const before = one.provider.requests.length
    expect((await ask(elsewhere)).status).toBe(403)
    expect(one.provider.requests.length).toBe(before)
    expect(other.events.map(({ type }) => type)).toEqual([])
    expectCallback(await signIn.arrive())
  })

  test('the provider’s tokens of a user belong to the issuer where they signed in', async () => {
    const { one, other } = await startUpstreams()
    await obtainTokensAt(one)
    const [sub = ''] = one.events.flatMap((event) =>
      event.type === 'consent.allow' ? [event.subject] : [],
    )
    const theirs = await one.server.upstreamToken(createPrincipal({ sub }, one.issuer))
    expect(theirs.accessToken).not.toBe('')
    await expect(
      other.server.upstreamToken(createPrincipal({ sub }, other.issuer)),
    ).rejects.toMatchObject({ code: 'ERR_UPSTREAM_SIGN_IN_NEEDED' })
  })
})
