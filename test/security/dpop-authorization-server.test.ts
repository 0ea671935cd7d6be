import { decodeJwt } from 'jose'
import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import { ALICE, REDIRECT_URI } from '../testing/flow.ts'
import { STORES } from '../unit/authorization-server/support/stores.ts'
import {
  type DpopAuthority,
  proveRequest,
  SCOPE,
  startDpopAuthority,
} from './support/dpop-authority.ts'

const TIMEOUT = 60_000
const INVALID_GRANT = { status: 400, body: { error: 'invalid_grant' } } as const
const INVALID_PROOF = { status: 400, body: { error: 'invalid_dpop_proof' } } as const
const BOUND = { status: 200, body: { token_type: 'DPoP' } } as const
const CALL = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'whoami', arguments: {} },
})
const MCP_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2025-11-25',
}

/** Signs in with openid-client, the way that its documentation says. */
async function connect({ issuer, resource }: DpopAuthority) {
  const configuration = await openid.dynamicClientRegistration(
    new URL(issuer),
    { redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'none' },
    openid.None(),
    { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] },
  )
  const DPoP = openid.getDPoPHandle(configuration, await openid.randomDPoPKeyPair('ES256'))
  const pkceCodeVerifier = openid.randomPKCECodeVerifier()
  const url = openid.buildAuthorizationUrl(configuration, {
    redirect_uri: REDIRECT_URI,
    scope: SCOPE,
    resource,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    dpop_jkt: await DPoP.calculateThumbprint(),
  })
  const callback = await createScriptedBrowser().authorize(url, ALICE)
  const checks = { pkceCodeVerifier }
  const tokens = await openid.authorizationCodeGrant(configuration, callback, checks, {}, { DPoP })
  const call = (token: string, key = DPoP): Promise<Response> =>
    openid.fetchProtectedResource(
      configuration,
      token,
      new URL(resource),
      'POST',
      CALL,
      new Headers(MCP_HEADERS),
      { DPoP: key },
    )
  return { configuration, DPoP, tokens, call }
}

async function createOtherHandle(configuration: openid.Configuration): Promise<openid.DPoPHandle> {
  return openid.getDPoPHandle(configuration, await openid.randomDPoPKeyPair('ES256'))
}

const stores = STORES.filter(([, { name }]) => name !== 'SQLite')

describe.each(stores)('two replicas over one sealed %s', (_title, { open, missing }) => {
  const start = async (): Promise<DpopAuthority> => startDpopAuthority({ dpop: {} }, await open(2))
  const options = { skip: missing !== '', timeout: TIMEOUT }

  test(
    'SEC-400 openid-client signs in, calls a tool, refreshes, and nobody else can',
    options,
    async () => {
      const authority = await start()
      const { configuration, DPoP, tokens, call } = await connect(authority)
      const cnf = { jkt: await DPoP.calculateThumbprint() }
      expect(tokens.token_type).toBe('dpop')
      expect(decodeJwt(tokens.access_token)).toMatchObject({ cnf })
      const first = await call(tokens.access_token)
      expect(first.status).toBe(200)
      expect(await first.text()).toContain('subject')

      const refreshed = await openid.refreshTokenGrant(
        configuration,
        tokens.refresh_token ?? '',
        {},
        { DPoP },
      )
      expect(decodeJwt(refreshed.access_token)).toMatchObject({ cnf })
      expect((await call(refreshed.access_token)).status).toBe(200)

      const other = await createOtherHandle(configuration)
      await expect(call(refreshed.access_token, other)).rejects.toMatchObject({ status: 401 })
      const stolen = { ...MCP_HEADERS, authorization: `Bearer ${refreshed.access_token}` }
      const bearer = await fetch(authority.resource, {
        method: 'POST',
        headers: stolen,
        body: CALL,
      })
      expect(bearer.status).toBe(401)
      await expect(
        openid.refreshTokenGrant(configuration, refreshed.refresh_token ?? '', {}, { DPoP: other }),
      ).rejects.toMatchObject({ status: 400, error: 'invalid_grant' })
      const last = await openid.refreshTokenGrant(
        configuration,
        refreshed.refresh_token ?? '',
        {},
        { DPoP },
      )
      expect((await call(last.access_token)).status).toBe(200)
    },
  )

  test(
    'SEC-400 a stolen code is refused with another key or none, and its owner redeems it',
    options,
    async () => {
      const { createKey, issueCode, post, events } = await start()
      const [key, thief] = [await createKey(), await createKey()]
      const parameters = await issueCode({ dpop_jkt: key.thumbprint })
      expect(await post(parameters, thief)).toMatchObject(INVALID_GRANT)
      expect(await post(parameters)).toMatchObject(INVALID_GRANT)
      expect(await post(parameters, 'no.proof.atall')).toMatchObject(INVALID_PROOF)
      expect(await post(parameters, key)).toMatchObject(BOUND)
      expect(events.filter(({ type }) => type === 'code.replay')).toEqual([])
    },
  )

  test(
    'SEC-400 SEC-221 a race and a lost answer give the same to one key, and nothing to others',
    options,
    async () => {
      const { createKey, signIn, refresh, events } = await start()
      const [key, thief] = [await createKey(), await createKey()]
      const first = await signIn(key)
      const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(first, key)))
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
      expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
      expect(await refresh(first, thief)).toMatchObject(INVALID_GRANT)
      expect(await refresh(first)).toMatchObject(INVALID_GRANT)
      const [second] = answers
      if (second === undefined) throw new Error('no answer')
      expect((await refresh(first, key)).body).toEqual(second.body)
      expect(await refresh(second, thief)).toMatchObject(INVALID_GRANT)
      expect(await refresh(second, key)).toMatchObject(BOUND)
      expect(events.filter(({ type }) => type === 'refresh.reuse')).toEqual([])
    },
  )

  test('SEC-400 a proof is good for one request, at whichever replica', options, async () => {
    const { createKey, signIn, refresh } = await start()
    const key = await createKey()
    const first = await signIn(key)
    const proof = await proveRequest(key)
    const second = await refresh(first, proof)
    expect(second).toMatchObject(BOUND)
    expect(await refresh(second, proof)).toMatchObject(INVALID_PROOF)
    expect(await refresh(second, proof)).toMatchObject(INVALID_PROOF)
    expect(await refresh(second, key)).toMatchObject(BOUND)
  })
})

describe('SEC-400 what was used before', () => {
  test('as a code, ends the family by its key, and by no other', async () => {
    const { createKey, issueCode, post, events } = await startDpopAuthority()
    const [key, thief] = [await createKey(), await createKey()]
    const parameters = await issueCode({ dpop_jkt: key.thumbprint })
    const { body } = await post(parameters, key)
    const renewal = {
      grant_type: 'refresh_token',
      client_id: parameters['client_id'] ?? '',
      refresh_token: String(body['refresh_token']),
    }
    expect(await post(parameters, thief)).toMatchObject(INVALID_GRANT)
    expect(await post(parameters)).toMatchObject(INVALID_GRANT)
    expect(await post(renewal, key)).toMatchObject(BOUND)
    expect(await post(parameters, key)).toMatchObject(INVALID_GRANT)
    expect(events.filter(({ type }) => type === 'code.replay')).toHaveLength(1)
  })

  test('as a refresh token, ends the family by its key, and by no other', async () => {
    const options = { dpop: {}, lifetimes: { refreshGraceSeconds: 0 } }
    const { createKey, signIn, refresh, events } = await startDpopAuthority(options)
    const [key, thief] = [await createKey(), await createKey()]
    const first = await signIn(key)
    const second = await refresh(first, key)
    expect(await refresh(first, thief)).toMatchObject(INVALID_GRANT)
    expect(await refresh(first)).toMatchObject(INVALID_GRANT)
    const third = await refresh(second, key)
    expect(third).toMatchObject(BOUND)
    expect(events.filter(({ type }) => type === 'refresh.reuse')).toEqual([])
    expect(await refresh(first, key)).toMatchObject(INVALID_GRANT)
    expect(await refresh(third, key)).toMatchObject(INVALID_GRANT)
    expect(events.filter(({ type }) => type === 'refresh.reuse')).toHaveLength(1)
  })
})

test('a client that sends no proof gets bearer tokens beside those that do', async () => {
  const { issueCode, post } = await startDpopAuthority()
  expect(await post(await issueCode())).toMatchObject({
    status: 200,
    body: { token_type: 'Bearer' },
  })
})
