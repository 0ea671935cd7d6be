import { PassThrough, Writable } from 'node:stream'
import type { AuditEvent } from 'mcp-gatehouse'
import { createAuditLog } from 'mcp-gatehouse/audit'
import { memory } from 'mcp-gatehouse/storage'
import { createPrincipal, createScriptedBrowser } from 'mcp-gatehouse/testing'
import { createApiKeys } from 'mcp-gatehouse/verifiers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createFormTokens } from '../../src/browser/index.ts'
import { newRing, startAuthorizationServer } from '../authorization-server/world.ts'
import {
  ALICE,
  createAuthorizationRequest,
  obtainTokens,
  postToken,
  REDIRECT_URI,
  register,
} from '../testing/flow.ts'

const AUDIT_KEY = 'Zm9yIHRlc3RzIGFsb25lLCA0MyBjaGFyYWN0ZXJzIG9mIGl0'

async function start(onEvent?: (event: AuditEvent) => void | Promise<void>) {
  const events: AuditEvent[] = []
  const world = await startAuthorizationServer({
    options: () => ({
      onEvent: async (event) => {
        events.push(event)
        await onEvent?.(event)
      },
      ...(onEvent && { auditRequired: true }),
    }),
  })
  onTestFinished(() => world.close())
  /** The events since the last call. */
  const since = () => events.splice(0).map(({ at: _at, ...event }) => event)
  return { ...world, since }
}

const post = (url: string, parameters: Record<string, string>) =>
  fetch(url, { method: 'POST', body: new URLSearchParams(parameters) })

describe('SEC-376 exactly one event for', () => {
  test('registration, consent, tokens, refresh, refusals, revocation and sign-out', async () => {
    const { issuer, resource, server, since } = await start()
    const { client } = await register(issuer, { application_type: 'native' })
    const clientId = String(client['client_id'])
    expect(since()).toMatchObject([{ type: 'client.registered', clientId }])

    const browser = createScriptedBrowser()
    const tokens = await obtainTokens(issuer, { browser, clientId, signIn: ALICE })
    const scopes = ['notes:read', 'notes:write']
    const facts = { correlationId: expect.stringMatching(/./), issuer, clientId }
    const granted = { ...facts, resource, scopes, assertionIssuer: undefined }
    const [consent, grant, ...rest] = since()
    expect(rest).toEqual([])
    expect(consent).toMatchObject({ type: 'consent.allow', clientId })
    const subject = consent?.type === 'consent.allow' ? consent.subject : ''
    expect(grant).toEqual({
      type: 'grant.allow',
      grantType: 'authorization_code',
      subject,
      ...granted,
    })

    const renew = (refreshToken: unknown) =>
      postToken(issuer, {
        grant_type: 'refresh_token',
        client_id: clientId,
        refresh_token: String(refreshToken),
      })
    const renewed = await renew(tokens['refresh_token'])
    expect(since()).toEqual([
      { type: 'grant.allow', grantType: 'refresh_token', subject, ...granted },
    ])

    // Whoever uses a successor has got it, so that its predecessor is a replay from then on.
    await renew(renewed.body['refresh_token'])
    since()
    await renew(tokens['refresh_token'])
    expect(since()).toMatchObject([{ type: 'refresh.reuse', clientId, subject }])
    const again = await obtainTokens(issuer, { browser, clientId, signIn: ALICE })
    since()

    await renew('never-issued')
    expect(since()).toEqual([
      {
        type: 'grant.deny',
        grantType: 'refresh_token',
        ...facts,
        reason: 'refresh token not found',
        assertionIssuer: undefined,
      },
    ])

    await postToken(issuer, {
      grant_type: 'refresh_token',
      client_id: 'nobody',
      refresh_token: 'a',
    })
    expect(since()).toMatchObject([{ type: 'client.refused', endpoint: 'token' }])

    const revoke = (token: unknown) =>
      post(`${issuer}/revoke`, { client_id: clientId, token: String(token) })
    await revoke(again['access_token'])
    await revoke(again['refresh_token'])
    await revoke('never-issued')
    expect(since()).toMatchObject([
      { type: 'token.revoked', kind: 'access_token', clientId, subject },
      { type: 'token.revoked', kind: 'refresh_token', clientId, subject },
    ])

    const alice = createPrincipal({ sub: subject }, issuer)
    const [approval] = await server.approvals.list(alice)
    await server.approvals.revoke(alice, approval?.id ?? '')
    await server.approvals.revoke(alice, approval?.id ?? '')
    expect(since()).toEqual([
      { type: 'consent.revoked', issuer, subject },
      { type: 'consent.not_found', issuer, subject },
    ])

    await server.signOut({ issuer, subject })
    expect(since()).toEqual([{ type: 'user.signed_out', issuer, subject }])
  })

  test('each has time, request, hashed subject and client in the audit log, and no credential', async () => {
    const stream = new PassThrough()
    const audit = await createAuditLog({ key: AUDIT_KEY, stream })
    const { issuer } = await start(audit.write)
    const { client } = await register(issuer, { application_type: 'native' })
    const clientId = String(client['client_id'])
    const browser = createScriptedBrowser()
    const tokens = await obtainTokens(issuer, { browser, clientId, signIn: ALICE })
    await audit.close()
    const text = String(stream.read())
    const records = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(records.slice(-2)).toMatchObject(
      ['consent.allow', 'grant.allow'].map((event) => ({
        event,
        time: expect.stringMatching(/Z$/),
        request_id: expect.stringMatching(/./),
        client_id: clientId,
        subject: expect.stringMatching(/^[\w-]{22}$/),
      })),
    )
    for (const token of ['access_token', 'refresh_token']) {
      expect(text).not.toContain(String(tokens[token]))
    }
  })
})

describe('SEC-377 where the audit is required and cannot be written', () => {
  test('consent and tokens are refused with 503, nothing is used up, and it goes on afterwards', async () => {
    const state = { isDown: false }
    const stream = new Writable({ write: (_chunk, _encoding, done) => done() })
    const write = stream.write.bind(stream)
    stream.write = (chunk: string) => {
      if (state.isDown) throw new Error('ENOSPC')
      return write(chunk)
    }
    const audit = await createAuditLog({ key: AUDIT_KEY, stream, onProblem: () => undefined })
    onTestFinished(() => audit.close())
    const { issuer } = await start(audit.write)
    const { client } = await register(issuer, { application_type: 'native' })
    const clientId = String(client['client_id'])
    const browser = createScriptedBrowser()
    const tokens = await obtainTokens(issuer, { browser, clientId, signIn: ALICE })
    const renew = () =>
      postToken(issuer, {
        grant_type: 'refresh_token',
        client_id: clientId,
        refresh_token: String(tokens['refresh_token']),
      })
    state.isDown = true
    // Its event is the first that is not delivered; it waits in the log.
    await post(`${issuer}/token`, { grant_type: 'refresh_token', client_id: 'nobody' })
    expect(await renew()).toMatchObject({
      status: 503,
      body: { error: 'temporarily_unavailable' },
    })
    const { url } = createAuthorizationRequest(issuer, clientId)
    const page = await browser.authorize(url, ALICE).catch((error: unknown) => error)
    expect(String(page)).toContain('503')
    state.isDown = false
    await expect.poll(async () => (await renew()).status).toBe(200)
  })

  test('there is an option for it, which needs somebody who listens', async () => {
    await expect(
      startAuthorizationServer({ options: () => ({ auditRequired: true, onEvent: undefined }) }),
    ).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTIONS_CONFLICT' })
  })
})

describe('SEC-375 known and unknown look alike:', () => {
  test('clients at the token endpoint', async () => {
    const { issuer } = await start()
    const { client } = await register(issuer, { token_endpoint_auth_method: 'client_secret_post' })
    const ask = async (clientId: string) => {
      const { status, body } = await postToken(issuer, {
        grant_type: 'refresh_token',
        refresh_token: 'a',
        client_id: clientId,
        client_secret: 'wrong',
      })
      return { status, body }
    }
    expect(await ask(String(client['client_id']))).toEqual(await ask('nobody'))
  })

  test('codes of somebody else and codes that never were', async () => {
    const { issuer } = await start()
    const first = await register(issuer, { application_type: 'native' })
    const second = await register(issuer, { application_type: 'native', client_name: 'Other' })
    const browser = createScriptedBrowser()
    const request = createAuthorizationRequest(issuer, String(first.client['client_id']))
    const callback = await browser.authorize(request.url, ALICE)
    const code = callback.searchParams.get('code') ?? ''
    const redeem = (value: string) =>
      postToken(issuer, {
        grant_type: 'authorization_code',
        client_id: String(second.client['client_id']),
        redirect_uri: REDIRECT_URI,
        code_verifier: request.codeVerifier,
        code: value,
      })
    expect(await redeem(code)).toEqual(await redeem('a'.repeat(code.length)))
  })

  test('users of the sign-in page', async () => {
    const { issuer } = await start()
    const { client } = await register(issuer, { application_type: 'native' })
    const fail = async (username: string) => {
      const { url } = createAuthorizationRequest(issuer, String(client['client_id']))
      const browser = createScriptedBrowser()
      const error = await browser
        .authorize(url, { username, password: 'wrong' })
        .catch((reason: unknown) => reason)
      return String(error)
        .replaceAll(username, '<user>')
        .replaceAll(/[\w-]{20,}/g, '<random>')
    }
    expect(await fail('alice')).toBe(await fail('nobody'))
  })
})

describe('SEC-374 a secret of another length', () => {
  const LENGTHS = ['', 'a', 'a'.repeat(42), 'a'.repeat(43), 'a'.repeat(44), 'a'.repeat(4_096), 'ä']

  test('is refused like every other wrong secret of a client', async () => {
    const { issuer } = await start()
    const { client } = await register(issuer, { token_endpoint_auth_method: 'client_secret_post' })
    const answers = await Promise.all(
      LENGTHS.slice(1).map((secret) =>
        postToken(issuer, {
          grant_type: 'refresh_token',
          refresh_token: 'a',
          client_id: String(client['client_id']),
          client_secret: secret,
        }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(LENGTHS.slice(1).map(() => 401))
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  })

  test('is refused like every other wrong form token', async () => {
    const forms = createFormTokens(await newRing('cookies'))
    const token = await forms.issue({ uid: 'u', attempt: 0, documentHash: 'h'.repeat(43) })
    expect(await forms.open(token, 'u')).toMatchObject({ attempt: 0 })
    const wrong = [
      ...LENGTHS.map((end) => token.slice(0, -43) + end),
      ...LENGTHS.map((end) => token + end).slice(1),
      token.slice(0, -1),
    ]
    expect(await Promise.all(wrong.map((text) => forms.open(text, 'u')))).toEqual(
      wrong.map(() => undefined),
    )
  })

  test('is refused like every other wrong API key', async () => {
    const resource = 'https://mcp.example.com/mcp'
    const keys = createApiKeys({ storage: memory(), resource })
    const { key } = await keys.issue({ name: 'a', scopes: ['notes:read'] })
    const { verifier } = keys
    expect(await verifier.verify(key)).toMatchObject({ ok: true })
    const body = key.slice(0, key.lastIndexOf('_'))
    for (const wrong of [body.slice(0, -1), `${body}a`, key.slice(0, -1), `${key}a`, 'mgh_a_b']) {
      expect(await verifier.verify(wrong)).toMatchObject({ ok: false })
    }
  })
})
