import { createHash } from 'node:crypto'
import type { CannedAnswer } from 'mcp-gatehouse/testing'
import { describe, expect, test } from 'vitest'
import type { RemoteRefusal } from '../../src/oauth-client/outcome.ts'
import { startHostileServer } from './support/hostile-server.ts'
import { CLIENT_ID, startHostileUpstream } from './support/hostile-upstream.ts'

const refused = (reason: RemoteRefusal) => ({ ok: false, failure: { kind: 'refused', reason } })
const SECRET = 'token that must not show'

describe('SEC-156 an answer of the token endpoint', () => {
  const answers: readonly (readonly [string, CannedAnswer])[] = [
    ['an HTML page', { headers: { 'Content-Type': 'text/html' }, body: `<p>${SECRET}</p>` }],
    ['a list', { body: `["${SECRET}"]` }],
    ['no access token', { body: `{"token_type":"Bearer","refresh_token":"${SECRET}"}` }],
    ['no JSON', { body: `{"access_token":"${SECRET}"` }],
    ['nothing', { body: '' }],
    ['an unknown error', { body: `{"error":"${SECRET}"}` }],
    ['an unknown error with 400', { status: 400, body: `{"error":"${SECRET}"}` }],
  ]
  test.each(answers)('%s: refused, and nothing of it is kept', async (_name, answer) => {
    const hostile = await startHostileUpstream()
    const attempt = await hostile.start()
    hostile.issuer.respond('/token', answer)
    const outcome = await hostile.finish(attempt)
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'refused' } })
    expect(JSON.stringify(outcome)).not.toContain(SECRET)
    expect(hostile.tokenRequests).toBe(1)
  })

  test.each([
    ['token_type mac', { token_type: 'mac' }],
    ['expires_in -1', { expires_in: -1 }],
    ['expires_in soon', { expires_in: 'soon' }],
    ['a refresh token that is none', { refresh_token: 5 }],
    ['scope as a list', { scope: ['openid'] }],
    ['no ID token', { id_token: undefined }],
    ['5 MB', { pad: 'x'.repeat(5_242_880) }],
  ])('%s: refused', async (_name, body) => {
    const hostile = await startHostileUpstream()
    const attempt = await hostile.start()
    await hostile.answer(attempt, { body })
    expect(await hostile.finish(attempt)).toMatchObject({
      ok: false,
      failure: { kind: 'refused' },
    })
  })

  test.each([
    ['3600', 3_600],
    [1e12, 7_776_000],
    [0.9, 0],
    [undefined, undefined],
  ])('expires_in %j is taken as %j', async (expiresIn, expiresInSeconds) => {
    const hostile = await startHostileUpstream()
    const attempt = await hostile.start()
    await hostile.answer(attempt, { body: { expires_in: expiresIn } })
    expect(await hostile.finish(attempt)).toMatchObject({
      ok: true,
      value: { tokens: { expiresInSeconds } },
    })
  })

  test.each([301, 302, 303, 307, 308])(
    'a redirect with %i is not followed: code and secret would be sent again',
    async (status) => {
      const other = await startHostileServer((_req, res) => res.end('{}'))
      const hostile = await startHostileUpstream()
      const attempt = await hostile.start()
      hostile.issuer.respond('/token', { status, headers: { Location: `${other.origin}/token` } })
      expect(await hostile.finish(attempt)).toEqual(refused('token_response'))
      expect([hostile.tokenRequests, other.count]).toEqual([1, 0])
    },
  )

  test('that is 401 with a challenge says what is wrong with this server', async () => {
    const hostile = await startHostileUpstream()
    const attempt = await hostile.start()
    const headers = { 'WWW-Authenticate': 'Basic realm="x"' }
    hostile.issuer.respond('/token', { status: 401, headers, body: '{"error":"invalid_client"}' })
    expect(await hostile.finish(attempt)).toEqual({
      ok: false,
      failure: { kind: 'misconfigured', error: 'invalid_client' },
    })
  })
})

describe('SEC-142 an upstream that is away during the exchange', () => {
  const asked = (retryAfterSeconds: number) => ({
    ok: false,
    failure: { kind: 'unavailable', retryAfterSeconds, answered: true },
  })
  test.each([
    [500, {}, 5],
    [503, { 'Retry-After': '7' }, 7],
    [429, { 'Retry-After': '3600' }, 900],
    [429, { 'Retry-After': 'Fri, 31 Dec 1999 23:59:59 GMT' }, 1],
    [429, { 'Retry-After': 'junk' }, 5],
    [502, { 'Retry-After': '-5' }, 5],
  ])('SEC-364 %i %j: to be tried again', async (status, headers, seconds) => {
    const hostile = await startHostileUpstream()
    const attempt = await hostile.start()
    hostile.issuer.respond('/token', { status, headers, body: '<h1>down</h1>' })
    expect(await hostile.finish(attempt)).toEqual(asked(seconds))
    await hostile.answer(attempt)
    expect(await hostile.finish(attempt)).toMatchObject({ ok: true })
  })

  test('that has gone is unavailable, also before the user is sent there', async () => {
    const hostile = await startHostileUpstream()
    const attempt = await hostile.start()
    await hostile.issuer.close().catch(() => undefined)
    const gone = { kind: 'unavailable', retryAfterSeconds: 5, answered: false }
    expect(await hostile.finish(attempt)).toEqual({ ok: false, failure: gone })
    const fresh = await startHostileUpstream()
    await fresh.issuer.close()
    const started = await fresh.upstream.start({ redirectUri: 'http://127.0.0.1:1/callback/a' })
    expect(started).toEqual({ ok: false, failure: gone })
  })
})

describe('SEC-157 an ID token', () => {
  const now = Math.floor(Date.now() / 1_000)
  test.each([
    ['for somebody else', { aud: 'other' }],
    ['for nobody', { aud: undefined }],
    ['for several, and authorized for none', { aud: [CLIENT_ID, 'other'] }],
    ['authorized for somebody else', { aud: [CLIENT_ID, 'other'], azp: 'other' }],
    ['for us alone, authorized for somebody else', { azp: 'other' }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['of this issuer with a slash', { iss: 'slash' }],
    ['with another nonce', { nonce: 'other' }],
    ['without a nonce', { nonce: undefined }],
    ['that has expired', { exp: now - 60 }],
    ['that does not expire', { exp: undefined }],
    ['of the future', { nbf: now + 600 }],
    ['with another at_hash', { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    ['with an at_hash that is no text', { at_hash: 5 }],
  ])('%s: refused', async (_name, changes) => {
    const hostile = await startHostileUpstream()
    const attempt = await hostile.start()
    const isSlash = 'iss' in changes && changes.iss === 'slash'
    const claims = isSlash ? { iss: `${hostile.issuer.issuer}/` } : changes
    await hostile.answer(attempt, { claims })
    expect(await hostile.finish(attempt)).toMatchObject({ ok: false, failure: { kind: 'refused' } })
  })

  test.each([
    ['without a subject', undefined],
    ['whose subject is a number', 5],
    ['whose subject is empty', ''],
    ['whose subject has a line break', 'alice\nbob'],
    ['whose subject has no end', 'x'.repeat(1_025)],
  ])('%s: refused', async (_name, sub) => {
    const hostile = await startHostileUpstream()
    const attempt = await hostile.start()
    await hostile.answer(attempt, { claims: { sub } })
    expect(await hostile.finish(attempt)).toMatchObject({ ok: false, failure: { kind: 'refused' } })
  })

  test('with the at_hash of the access token: accepted', async () => {
    const hostile = await startHostileUpstream()
    const attempt = await hostile.start()
    const digest = createHash('sha256').update('at').digest()
    await hostile.answer(attempt, {
      claims: { at_hash: digest.subarray(0, 16).toString('base64url'), azp: CLIENT_ID },
    })
    expect(await hostile.finish(attempt)).toMatchObject({ ok: true })
  })

  test.each(['none', 'HS256', 'ES256'])(
    'whose signature is not by the upstream (%s): refused, whatever its metadata lists',
    async (alg) => {
      const hostile = await startHostileUpstream()
      hostile.publish({ id_token_signing_alg_values_supported: ['none', 'HS256', 'ES256'] })
      const attempt = await hostile.start()
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const { issuer } = hostile.issuer
      const claims = { iss: issuer, sub: 'mallory', aud: CLIENT_ID, nonce: attempt.nonce }
      const unsigned = `${part({ alg })}.${part({ ...claims, iat: now, exp: now + 60 })}.`
      const signature = alg === 'none' ? '' : 'A'.repeat(86)
      await hostile.answer(attempt, { body: { id_token: unsigned + signature } })
      expect(await hostile.finish(attempt)).toMatchObject({
        ok: false,
        failure: { kind: 'refused' },
      })
    },
  )

  test('of a key that is published nowhere: refused; while the keys are away: to be tried again', async () => {
    const hostile = await startHostileUpstream()
    const attempt = await hostile.start()
    await hostile.answer(attempt)
    hostile.issuer.respond('/jwks', { status: 503, body: '' })
    expect(await hostile.finish(attempt)).toMatchObject({ failure: { kind: 'unavailable' } })
    hostile.issuer.respond('/jwks', { body: '{"keys":[]}' })
    expect(await hostile.finish(attempt)).toMatchObject({ failure: { kind: 'refused' } })
    hostile.issuer.respond('/jwks', undefined)
  })
})

describe('UserInfo', () => {
  test.each([
    ['of somebody else', { body: '{"sub":"mallory"}' }],
    ['that is a page', { headers: { 'Content-Type': 'text/html' }, body: '<p>' }],
    ['that is refused', { status: 401, headers: { 'WWW-Authenticate': 'Bearer' }, body: '{}' }],
  ])('%s: refused', async (_name, answer) => {
    const hostile = await startHostileUpstream({ userInfo: true })
    const attempt = await hostile.start()
    await hostile.answer(attempt)
    hostile.issuer.respond('/userinfo', answer)
    expect(await hostile.finish(attempt)).toEqual(refused('userinfo'))
  })

  test('adds what the ID token does not say, and changes nothing that it does', async () => {
    const hostile = await startHostileUpstream({ userInfo: true })
    const attempt = await hostile.start()
    await hostile.answer(attempt, { claims: { name: 'Alice' } })
    const body = '{"sub":"alice","name":"Mallory","email":"alice@example.com"}'
    hostile.issuer.respond('/userinfo', { body })
    expect(await hostile.finish(attempt)).toMatchObject({
      value: { claims: { name: 'Alice', email: 'alice@example.com' } },
    })
  })
})
