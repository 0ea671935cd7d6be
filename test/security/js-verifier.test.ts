import { runInNewContext } from 'node:vm'
import {
  type AuditEvent,
  createResourceServer,
  type TokenVerifier,
  UpstreamError,
} from 'mcp-gatehouse'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { INVALID_TOKEN, UNAVAILABLE } from '../adapters/answers.ts'
import { ourHeaders, type WireAnswer } from '../adapters/wire.ts'
import { RESOURCE, SCOPE } from '../adapters/world.ts'

const ISSUER = 'https://as.example.com'
const CLAIMS = { iss: ISSUER, sub: 'alice', aud: RESOURCE, scope: SCOPE, exp: 4_000_000_000 }
const rejections: unknown[] = []
const onRejection = (reason: unknown): void => void rejections.push(reason)

beforeAll(() => void process.on('unhandledRejection', onRejection))
afterAll(() => void process.off('unhandledRejection', onRejection))
beforeEach(() => void rejections.splice(0))

/** What a request is answered while the verifier does this. */
async function askWith(
  verify: () => unknown,
): Promise<{ readonly answer: WireAnswer; readonly events: readonly AuditEvent[] }> {
  const events: AuditEvent[] = []
  const gatehouse = createResourceServer({
    resource: RESOURCE,
    authorizationServers: [ISSUER],
    requiredScopes: [SCOPE],
    verifier: { verify } as TokenVerifier,
    onEvent: (event) => void events.push(event),
  })
  const handle = gatehouse.protect(() => new Response('handled'))
  const headers = { Authorization: 'Bearer token' }
  const {
    status,
    headers: fields,
    ...answer
  } = await handle(new Request(RESOURCE, { headers })).then(async (response) => ({
    status: response.status,
    headers: response.headers,
    body: await response.text(),
  }))
  // Lets a rejection that nobody handles come up.
  await new Promise(setImmediate)
  return { answer: { status, headers: ourHeaders(fields), ...answer }, events }
}

test('a verifier that does what it should lets the request through', async () => {
  const outcome = { ok: true, value: { issuer: ISSUER, claims: CLAIMS } }
  expect((await askWith(() => Promise.resolve(outcome))).answer.body).toBe('handled')
})

describe('SEC-383 a custom verifier that answers with something else', () => {
  test.each<[string, () => unknown]>([
    ['undefined', () => undefined],
    ['null', () => null],
    ['true', () => true],
    ['1', () => 1],
    ['a string', () => 'ok'],
    ['an empty object', () => ({})],
    ['the claims alone', () => CLAIMS],
    ['ok and nothing else', () => ({ ok: true })],
    ['ok that is not true', () => ({ ok: 'true', value: { issuer: ISSUER, claims: CLAIMS } })],
    ['a null value', () => ({ ok: true, value: null })],
    ['no claims', () => ({ ok: true, value: { issuer: ISSUER } })],
    ['null claims', () => ({ ok: true, value: { issuer: ISSUER, claims: null } })],
    [
      'an issuer that is no string',
      () => ({ ok: true, value: { issuer: [ISSUER], claims: CLAIMS } }),
    ],
    ['a refusal without a reason', () => ({ ok: false })],
    ['a thenable of true', () => thenable((resolve) => resolve(true))],
    ['a thenable without a call', () => thenable(true)],
  ])('SEC-383 %s: the token is refused', async (_what, verify) => {
    const { answer, events } = await askWith(verify)
    expect(answer).toEqual(INVALID_TOKEN)
    expect(events).toMatchObject([{ type: 'auth.deny', reason: 'verifier', status: 401 }])
    expect(rejections).toEqual([])
  })

  test('SEC-383 a token of an issuer that is not configured: the token is refused', async () => {
    const value = { issuer: 'https://evil.example', claims: CLAIMS }
    const { answer, events } = await askWith(() => ({ ok: true, value }))
    expect([answer, events]).toMatchObject([INVALID_TOKEN, [{ reason: 'iss' }]])
  })

  test.each<[string, () => unknown]>([
    ['a late rejection', () => new Promise((_, reject) => setImmediate(reject, new Error('late')))],
    ['a rejection with undefined', () => Promise.reject(undefined)],
    ['a rejection with a string', () => Promise.reject('down')],
    ['a throw', throwing(new Error('down'))],
    ['a throw of null', throwing(null)],
    ['a thenable that throws', () => thenable(throwing(new Error('down')))],
    [
      'a thenable that rejects and then resolves',
      () =>
        thenable((resolve, reject) => {
          reject(new Error('first'))
          resolve({ ok: true, value: { issuer: ISSUER, claims: CLAIMS } })
        }),
    ],
    [
      'a value whose members throw',
      () => Object.defineProperty({}, 'ok', { get: throwing(new Error('trap')) }),
    ],
  ])('SEC-383 %s: 503, and nothing is left unhandled', async (_what, verify) => {
    const { answer, events } = await askWith(verify)
    expect(answer).toEqual(UNAVAILABLE)
    expect(events).toMatchObject([
      { type: 'dep.unavailable', error: { code: 'ERR_UPSTREAM_VERIFIER' } },
    ])
    expect(rejections).toEqual([])
  })
})

describe('SEC-384 errors and outcomes of another copy of this package, or another realm', () => {
  const code = 'ERR_UPSTREAM_TIMEOUT'

  test('SEC-384 an UpstreamError of another copy is answered 503 by its code', async () => {
    class OtherCopy extends Error {
      readonly code = code
      readonly retryable = true
    }
    const error = new OtherCopy('timed out')
    expect(error).not.toBeInstanceOf(UpstreamError)
    const { answer, events } = await askWith(throwing(error))
    expect(answer).toEqual(UNAVAILABLE)
    expect(events).toMatchObject([{ type: 'dep.unavailable', error: { code } }])
  })

  test('SEC-384 an UpstreamError of another realm is answered 503 by its code', async () => {
    const error: unknown = runInNewContext(
      `Object.assign(new Error('timed out'), { code: '${code}' })`,
    )
    expect(error).not.toBeInstanceOf(Error)
    const { answer, events } = await askWith(throwing(error))
    expect(answer).toEqual(UNAVAILABLE)
    expect(events).toMatchObject([{ type: 'dep.unavailable', error: { code } }])
  })

  test('SEC-384 a refusal of another realm is a 401 with its reason', async () => {
    const outcome: unknown = runInNewContext("({ ok: false, reason: 'revoked' })")
    const { answer, events } = await askWith(() => outcome)
    expect(answer).toEqual(INVALID_TOKEN)
    expect(events).toMatchObject([{ type: 'auth.deny', reason: 'revoked' }])
  })

  test('SEC-384 a token of another realm without the scope is a 403', async () => {
    const value = JSON.stringify({ issuer: ISSUER, claims: { ...CLAIMS, scope: 'other' } })
    const outcome: unknown = runInNewContext(`({ ok: true, value: ${value} })`)
    const { answer, events } = await askWith(() => outcome)
    expect([answer.status, events]).toMatchObject([403, [{ type: 'auth.deny', reason: 'scope' }]])
  })

  test('SEC-384 a token of another realm with array claims is read', async () => {
    const value = JSON.stringify({
      issuer: ISSUER,
      claims: { ...CLAIMS, aud: [RESOURCE], scope: [SCOPE] },
    })
    const outcome: unknown = runInNewContext(`({ ok: true, value: ${value} })`)
    expect((await askWith(() => outcome)).answer.body).toBe('handled')
  })
})

type Settle = (value: unknown) => void

/** An object that `await` takes for a promise. */
function thenable(then: true | ((resolve: Settle, reject: Settle) => void)): object {
  // oxlint-disable-next-line unicorn/no-thenable -- what is tested
  return { then }
}

function throwing(error: unknown): () => never {
  return () => {
    throw error
  }
}
