import { extractWWWAuthenticateParams } from '@modelcontextprotocol/client'
import { describe, expect, test } from 'vitest'
import { parseChallenges } from '../../src/cli/doctor/challenge.ts'
import {
  type BearerChallenge,
  type DpopChallenge,
  formatBearerChallenge,
  formatDpopChallenge,
  isQuotable,
} from '../../src/oauth/index.ts'
import * as fc from './fast-check.ts'
import { RUNS } from './runs.ts'

const printable = fc.string({ unit: 'grapheme-ascii' }).filter(isQuotable)
const hostile = fc
  .array(fc.constantFrom('"', '\\', ',', '=', ' ', ', Bearer error="x"', 'a', 'Basic '))
  .map((parts) => parts.join(''))
const value = fc.oneof(printable, hostile)
// scope-token, RFC 6749 §3.3
const scopes = fc.uniqueArray(
  fc.constantFrom('notes:read', 'notes:write', 'a', '!', '~', 'https://x.example/a', 'a=b', 'a,b'),
)
const parameters = {
  realm: value,
  error_description: value,
  scope: scopes,
  acr_values: scopes,
  max_age: fc.nat(),
}
const bearer: fc.Arbitrary<BearerChallenge> = fc.record(
  {
    ...parameters,
    error: fc.constantFrom(
      'invalid_request',
      'invalid_token',
      'insufficient_scope',
      'insufficient_user_authentication',
    ),
    resource_metadata: fc.oneof(fc.webUrl(), value),
  },
  { requiredKeys: ['resource_metadata'] },
)
const dpop: fc.Arbitrary<DpopChallenge> = fc.record(
  {
    ...parameters,
    error: fc.constantFrom('invalid_token', 'invalid_dpop_proof', 'use_dpop_nonce'),
    algs: fc.uniqueArray(fc.constantFrom('ES256', 'EdDSA', 'PS256'), { minLength: 1 }),
  },
  { requiredKeys: ['algs'] },
)

/** What the parameters mean, as text. */
function textsOf(challenge: BearerChallenge | DpopChallenge): ReadonlyMap<string, string> {
  const lists = Object.entries(challenge).map(
    ([name, one]) => [name, Array.isArray(one) ? one.join(' ') : String(one)] as const,
  )
  const isEmptyList = ([name]: readonly [string, string]): boolean =>
    Array.isArray(challenge[name as keyof typeof challenge]) &&
    (challenge[name as keyof typeof challenge] as readonly string[]).length === 0
  return new Map(lists.filter((entry) => !isEmptyList(entry)))
}

describe('a challenge', () => {
  test('is read as it was meant, whatever its parameters hold', () => {
    fc.assert(
      fc.property(bearer, (challenge) => {
        const read = parseChallenges(formatBearerChallenge(challenge))
        expect(read).toEqual([{ scheme: 'bearer', parameters: textsOf(challenge) }])
      }),
      RUNS,
    )
  })

  test('beside one for DPoP is read as two', () => {
    fc.assert(
      fc.property(bearer, dpop, (one, other) => {
        const field = `${formatBearerChallenge(one)}, ${formatDpopChallenge(other)}`
        expect(parseChallenges(field)).toEqual([
          { scheme: 'bearer', parameters: textsOf(one) },
          { scheme: 'dpop', parameters: textsOf(other) },
        ])
      }),
      RUNS,
    )
  })

  test('leads the official client to the same metadata, scope and error', () => {
    const plain = fc.record({
      error: fc.constantFrom('invalid_token' as const, 'insufficient_scope' as const),
      resource_metadata: fc.webUrl({ withQueryParameters: true }),
      scope: fc.uniqueArray(fc.constantFrom('notes:read', 'a', '~'), { minLength: 1 }),
    })
    fc.assert(
      fc.property(plain, (challenge) => {
        const headers = { 'WWW-Authenticate': formatBearerChallenge(challenge) }
        const read = extractWWWAuthenticateParams(new Response(null, { status: 401, headers }))
        expect(read).toEqual({
          resourceMetadataUrl: new URL(challenge.resource_metadata),
          scope: challenge.scope.join(' '),
          error: challenge.error,
        })
      }),
      RUNS,
    )
  })

  test('of any text is read without throwing, and finds no parameter outside of a scheme', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.constantFrom('Bearer', ' ', 'a="b"', 'a=b', ',', '"', '\\', '=', 'Basic QQ=='))
        .map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (field) => {
        for (const { scheme, parameters: found } of parseChallenges(field)) {
          expect(field.toLowerCase()).toContain(scheme)
          for (const name of found.keys()) expect(field.toLowerCase()).toContain(name)
        }
      }),
      RUNS,
    )
  })
})
