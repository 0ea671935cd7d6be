import { describe, expect, test } from 'vitest'
import { basic, startTokenWorld } from '../unit/authorization-server/support/token-world.ts'
import * as fc from './fast-check.ts'
import { RUNS } from './runs.ts'

// RFC 6749 §5.2, RFC 8707 §2, RFC 9449 §5
const ERRORS = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'invalid_dpop_proof',
]
const word = fc.oneof(
  fc.constantFrom(
    'app',
    'basic',
    'service',
    'authorization_code',
    'refresh_token',
    '',
    'read',
    '%',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => text.isWellFormed()),
)
const name = fc.oneof(
  fc.constantFrom(
    'grant_type',
    'client_id',
    'client_secret',
    'code',
    'code_verifier',
    'redirect_uri',
    'refresh_token',
    'scope',
    'resource',
    'assertion',
    'client_assertion',
    '__proto__',
    'client_assertion_type',
    'subject_token',
    'constructor',
    'grant_type[]',
    'code[a]',
  ),
  word,
)
const form = fc.array(fc.tuple(name, word), { maxLength: 8 })
const credentials = fc.constantFrom({}, {}, basic('basic'), basic('basic', 'x'), {
  authorization: 'Basic !',
})
const encode = (pairs: Iterable<readonly [string, string]>): string =>
  new URLSearchParams([...pairs].map(([key, value]) => [key, value])).toString()

/** A refusal of RFC 6749 §5.2, and no tokens. */
function expectRefusal({ status, body }: { status: number; body: object }): void {
  expect([400, 401]).toContain(status)
  expect(ERRORS).toContain('error' in body && body.error)
  expect(body).not.toHaveProperty('access_token')
}

describe('the form of a token request', () => {
  test('whatever it holds, and whatever bytes it is, the answer is a refusal of the RFC', async () => {
    const { node } = await startTokenWorld()
    const body = fc.oneof(form.map(encode), fc.string({ unit: 'binary', maxLength: 100 }))
    await fc.assert(
      fc.asyncProperty(body, credentials, async (text, headers) => {
        const isService = text.includes('client_credentials')
        fc.pre(!isService)
        expectRefusal(await node.post('/token', text, headers))
      }),
      RUNS,
    )
  })

  test('a good one that is changed gets no tokens, and leaves the code to the good one', async () => {
    const world = await startTokenWorld()
    const NEEDED = ['grant_type', 'client_id', 'code', 'code_verifier', 'redirect_uri']
    const change = fc.record({
      what: fc.constantFrom('other', 'missing', 'twice', 'case'),
      at: fc.nat(),
      value: word,
    })
    await fc.assert(
      fc.asyncProperty(change, async ({ what, at, value }) => {
        const { parameters } = await world.issueCode()
        const key = NEEDED[at % NEEDED.length] ?? ''
        const good = Object.entries(parameters)
        fc.pre(value !== parameters[key])
        // It may be left out where the client has one alone, and is bound by PKCE all the same.
        fc.pre(key !== 'redirect_uri' || what === 'twice' || (what === 'other' && value !== ''))
        const changed = {
          other: good.map(([one, text]) => [one, one === key ? value : text] as const),
          missing: good.filter(([one]) => one !== key),
          twice: [...good, [key, value] as const],
          case: good.map(([one, text]) => [one === key ? one.toUpperCase() : one, text] as const),
        }[what]
        expectRefusal(await world.node.post('/token', encode(changed)))
        // Whoever has the code and a wrong verifier or client has spent it (RFC 6749 §4.1.2).
        const again = await world.node.post('/token', parameters)
        expect(what === 'twice' ? [200] : [200, 400]).toContain(again.status)
      }),
      { ...RUNS, numRuns: Math.ceil(RUNS.numRuns / 2) },
    )
  })
})
