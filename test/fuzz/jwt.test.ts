import { createResourceServer } from 'mcp-gatehouse'
import { describe, expect, test } from 'vitest'
import { createForge, encodeSegment, type Forge } from '../security/support/token-forge.ts'
import { expectPristinePrototype, goodClaims, RESOURCE } from '../security/support/token-gate.ts'
import * as fc from './fast-check.ts'
import { RUNS } from './runs.ts'

const ISSUER = 'https://id.example.com'
const NOW = 1_900_000_000

const forges: readonly Forge[] = [createForge('ec'), createForge('rsa', 'RS256')]
const gatehouse = createResourceServer({
  resource: RESOURCE,
  authorizationServers: [{ issuer: ISSUER, jwksUri: `${ISSUER}/jwks` }],
  fetch: async () => Response.json({ keys: forges.map(({ jwk }) => jwk) }),
  clock: { now: () => NOW, elapsed: () => 0 },
})
const tokens = forges.map((forge) =>
  forge.sign({ alg: forge.alg, kid: forge.kid, typ: 'at+jwt' }, goodClaims(ISSUER, RESOURCE, NOW)),
)
const token = fc.constantFrom(...tokens)
const segments = (whole: string): string[] => whole.split('.')

/** `admitted`, or the status of the refusal. */
async function present(credentials: string): Promise<string | number> {
  const headers = { authorization: `Bearer ${credentials}` }
  const answer = await gatehouse.authenticate(new Request(RESOURCE, { headers }))
  expectPristinePrototype()
  return answer instanceof Response ? answer.status : 'admitted'
}

async function expectRefused(credentials: string): Promise<void> {
  expect([400, 401]).toContain(await present(credentials))
}

// What a header field can carry.
const character = fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code))
const tokenCharacter = fc.constantFrom(
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.='.split(''),
)

describe('a mutated token is never admitted', () => {
  test('the tokens themselves are admitted', async () => {
    for (const one of tokens) expect(await present(one)).toBe('admitted')
  })

  test('one character replaced', async () => {
    await fc.assert(
      fc.asyncProperty(token, fc.nat(), tokenCharacter, async (whole, at, other) => {
        const index = at % whole.length
        fc.pre(whole[index] !== other)
        await expectRefused(whole.slice(0, index) + other + whole.slice(index + 1))
      }),
      RUNS,
    )
  })

  test('a part cut out, or anything put in', async () => {
    const text = fc.array(fc.oneof(character, tokenCharacter), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(token, fc.nat(), fc.nat(6), text, async (whole, at, length, parts) => {
        const index = at % whole.length
        const mutated = whole.slice(0, index) + parts.join('') + whole.slice(index + length)
        // Spaces around credentials are no part of them (RFC 9110 §5.5).
        fc.pre(mutated.trim() !== whole)
        await expectRefused(mutated)
      }),
      RUNS,
    )
  })

  test('segments exchanged, repeated or left out', async () => {
    const parts = fc.array(fc.tuple(token, fc.nat(2)), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(parts, async (chosen) => {
        const mutated = chosen.map(([whole, at]) => segments(whole)[at]).join('.')
        fc.pre(!tokens.includes(mutated) && mutated !== '')
        await expectRefused(mutated)
      }),
      RUNS,
    )
  })

  test('other claims or another header under the signature', async () => {
    const names = [
      'iss',
      'sub',
      'aud',
      'exp',
      'scope',
      'client_id',
      'alg',
      'kid',
      'typ',
      'crit',
      'jwk',
    ]
    const changes = fc.dictionary(fc.constantFrom(...names), fc.jsonValue(), { minKeys: 1 })
    await fc.assert(
      fc.asyncProperty(token, fc.nat(1), changes, async (whole, at, change) => {
        const parts = segments(whole)
        const original = JSON.parse(Buffer.from(parts[at] ?? '', 'base64url').toString()) as object
        const mutated = parts.with(at, encodeSegment({ ...original, ...change })).join('.')
        fc.pre(mutated !== whole)
        await expectRefused(mutated)
      }),
      RUNS,
    )
  })

  test('any signature but its own', async () => {
    await fc.assert(
      fc.asyncProperty(token, fc.uint8Array({ maxLength: 300 }), async (whole, signature) => {
        const [header, payload] = segments(whole)
        await expectRefused(`${header}.${payload}.${encodeSegment(signature)}`)
      }),
      RUNS,
    )
  })

  test('any header and claims, signed with a good key: never a 5xx, never a polluted prototype', async () => {
    const header = fc.dictionary(
      fc.constantFrom(
        'typ',
        'crit',
        'b64',
        'jwk',
        'jku',
        'x5c',
        'zip',
        'cty',
        '__proto__',
        'constructor',
      ),
      fc.jsonValue(),
    )
    const claims = fc.dictionary(
      fc.constantFrom(
        'sub',
        'aud',
        'exp',
        'nbf',
        'iat',
        'scope',
        'scp',
        'cnf',
        'nonce',
        'tid',
        'roles',
        '__proto__',
      ),
      fc.jsonValue({ stringUnit: 'binary' }),
    )
    await fc.assert(
      fc.asyncProperty(header, claims, async (extraHeader, extraClaims) => {
        const [forge] = forges
        if (forge === undefined) throw new Error('no forge')
        const mixed = forge.sign(
          { alg: forge.alg, kid: forge.kid, ...extraHeader },
          { ...goodClaims(ISSUER, RESOURCE, NOW), ...extraClaims },
        )
        expect(['admitted', 401]).toContain(await present(mixed))
      }),
      RUNS,
    )
  })
})
