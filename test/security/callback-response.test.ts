import { describe, expect, test } from 'vitest'
import type { RemoteRefusal } from '../../src/oauth-client/outcome.ts'
import { startHostileUpstream } from './support/hostile-upstream.ts'

const refused = (reason: RemoteRefusal) => ({ ok: false, failure: { kind: 'refused', reason } })

test('a callback that is right ends in an identity', async () => {
  const hostile = await startHostileUpstream()
  const attempt = await hostile.start()
  await hostile.answer(attempt, { claims: { email: 'a@example.com' } })
  expect(await hostile.finish(attempt)).toEqual({
    ok: true,
    value: {
      issuer: hostile.issuer.issuer,
      subject: 'alice',
      claims: { email: 'a@example.com' },
      tokens: {
        accessToken: 'at',
        refreshToken: undefined,
        scopes: ['openid', 'profile', 'email'],
        expiresInSeconds: 300,
      },
    },
  })
})

describe('SEC-152 iss', () => {
  const cases: readonly (readonly [string, string | undefined, RemoteRefusal])[] = [
    ['missing', undefined, 'iss_missing'],
    ['empty', '', 'iss'],
    ['of somebody else', 'https://evil.example', 'iss'],
  ]
  test.each(cases)('%s is refused before any token request', async (_name, iss, reason) => {
    const hostile = await startHostileUpstream()
    const attempt = await hostile.start()
    await hostile.answer(attempt)
    expect(await hostile.finish(attempt, { iss })).toEqual(refused(reason))
    expect(hostile.tokenRequests).toBe(0)
  })

  test('with a slash more, or twice, is refused before any token request', async () => {
    const hostile = await startHostileUpstream()
    const attempt = await hostile.start()
    await hostile.answer(attempt)
    const { issuer } = hostile.issuer
    expect(await hostile.finish(attempt, { iss: `${issuer}/` })).toEqual(refused('iss'))
    const parameters = new URLSearchParams({ code: 'code', state: attempt.state, iss: issuer })
    parameters.append('iss', issuer)
    expect(await hostile.upstream.finish({ parameters, attempt })).toEqual(refused('parameters'))
    expect(hostile.tokenRequests).toBe(0)
  })

  test('may be missing where the upstream does not say that it sends it', async () => {
    const hostile = await startHostileUpstream()
    hostile.publish({ authorization_response_iss_parameter_supported: undefined })
    const attempt = await hostile.start()
    await hostile.answer(attempt)
    expect(await hostile.finish(attempt, { iss: undefined })).toMatchObject({ ok: true })
    const other = await hostile.finish(attempt, { iss: 'https://evil.example' })
    expect(other).toEqual(refused('iss'))
  })
})

test('SEC-151 SEC-153 a code never reaches another upstream than the one that was asked', async () => {
  const [honest, evil] = [
    await startHostileUpstream({ name: 'a' }),
    await startHostileUpstream({ name: 'b' }),
  ]
  const attempt = await honest.start()
  await evil.answer(attempt)
  await honest.answer(attempt)
  // The evil one sent the browser to its own callback with the honest one's code.
  expect(await evil.finish(attempt)).toEqual(refused('other_upstream'))
  // Or says that it is the honest one.
  expect(await evil.finish({ ...attempt, upstream: 'b' })).toEqual(refused('other_upstream'))
  // Or its response arrives at the honest one's callback.
  expect(await honest.finish(attempt, { iss: evil.issuer.issuer })).toEqual(refused('iss'))
  expect([honest.tokenRequests, evil.tokenRequests]).toEqual([0, 0])
})

describe('SEC-154 an error of the upstream', () => {
  const script = '<script>alert(1)</script>'
  const cases: readonly (readonly [string, object])[] = [
    ['access_denied', { kind: 'denied' }],
    ['consent_required', { kind: 'denied' }],
    ['invalid_scope', { kind: 'misconfigured', error: 'invalid_scope' }],
    ['temporarily_unavailable', { kind: 'unavailable', retryAfterSeconds: 5, answered: true }],
    [script, { kind: 'refused', reason: 'error' }],
  ]
  test.each(cases)('%s becomes a kind, without its text', async (error, failure) => {
    const hostile = await startHostileUpstream()
    const attempt = await hostile.start()
    const outcome = await hostile.finish(attempt, {
      code: undefined,
      error,
      error_description: script,
      error_uri: 'javascript:alert(1)',
    })
    expect(outcome).toEqual({ ok: false, failure })
    expect(JSON.stringify(outcome)).not.toContain('script')
    expect(hostile.tokenRequests).toBe(0)
  })

  test('of another sign-in, or from somebody else, says nothing', async () => {
    const hostile = await startHostileUpstream()
    const attempt = await hostile.start()
    const error = { code: undefined, error: 'access_denied' }
    expect(await hostile.finish(attempt, { ...error, state: 'other' })).toEqual(refused('state'))
    expect(await hostile.finish(attempt, { ...error, iss: undefined })).toEqual(
      refused('iss_missing'),
    )
  })
})

describe('SEC-155 parameters', () => {
  const cases: readonly (readonly [
    string,
    Readonly<Record<string, string | undefined>>,
    RemoteRefusal,
  ])[] = [
    ['a code of 100 KB', { code: 'x'.repeat(102_400) }, 'code_malformed'],
    ['an empty code', { code: '' }, 'code_malformed'],
    ['a code with CR LF', { code: 'a\r\nSet-Cookie: b=c' }, 'code_malformed'],
    ['a code with other letters', { code: 'cödé' }, 'code_malformed'],
    ['no code', { code: undefined }, 'parameters'],
    ['a list', { code: undefined, 'code[]': 'code' }, 'parameters'],
    ['code and error', { error: 'access_denied' }, 'parameters'],
    ['an ID token in the query', { id_token: 'x' }, 'parameters'],
    ['an access token in the query', { access_token: 'x' }, 'parameters'],
    ['a JARM response', { response: 'x' }, 'parameters'],
    ['no state', { state: undefined }, 'state'],
    ['an empty state', { state: '' }, 'state'],
  ]
  test.each(cases)('%s: refused before any token request', async (_name, changes, reason) => {
    const hostile = await startHostileUpstream()
    const attempt = await hostile.start()
    await hostile.answer(attempt)
    expect(await hostile.finish(attempt, changes)).toEqual(refused(reason))
    expect(hostile.tokenRequests).toBe(0)
  })

  test.each(['code', 'state', 'error'])('%s twice: refused', async (name) => {
    const hostile = await startHostileUpstream()
    const attempt = await hostile.start()
    await hostile.answer(attempt)
    const { state } = attempt
    const parameters = new URLSearchParams({ code: 'code', state, iss: hostile.issuer.issuer })
    for (const value of ['code', 'code']) parameters.append(name, value)
    expect(await hostile.upstream.finish({ parameters, attempt })).toEqual(refused('parameters'))
    expect(hostile.tokenRequests).toBe(0)
  })

  test('that nobody reads may be there', async () => {
    const hostile = await startHostileUpstream()
    const attempt = await hostile.start()
    await hostile.answer(attempt)
    const extra = { session_state: 'x', authuser: '0', scope: 'openid', prompt: 'none' }
    expect(await hostile.finish(attempt, extra)).toMatchObject({ ok: true })
  })
})

describe('SEC-161 scopes', () => {
  test.each([
    [undefined, ['openid', 'profile', 'email']],
    ['openid', ['openid']],
    ['openid  email openid', ['openid', 'email']],
    ['', []],
  ])('stated as %j are recorded as %j', async (scope, recorded) => {
    const hostile = await startHostileUpstream()
    const attempt = await hostile.start()
    await hostile.answer(attempt, { body: { scope } })
    expect(await hostile.finish(attempt)).toMatchObject({
      value: { tokens: { scopes: recorded } },
    })
  })
})
