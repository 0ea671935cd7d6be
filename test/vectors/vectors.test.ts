import { base64url } from 'jose'
import { describe, expect, test } from 'vitest'
import { createRemoteAuthorizationServer } from '../../src/discovery/index.ts'
import { parseTarget } from '../../src/http/index.ts'
import {
  buildProtectedResourceMetadata,
  formatBearerChallenge,
  parseBearerToken,
  parseResourceIdentifier,
  serverMetadataUrls,
  wellKnownUrl,
} from '../../src/oauth/index.ts'
import { buildPrincipal } from '../../src/principal/index.ts'
import { systemClock } from '../../src/runtime/index.ts'
import {
  createJwtVerifier,
  type TrustedIssuer,
  verifyDpopProof,
} from '../../src/verifiers/index.ts'
import rfc6750 from './rfc6750.json' with { type: 'json' }
import rfc7515 from './rfc7515.json' with { type: 'json' }
import rfc8414 from './rfc8414.json' with { type: 'json' }
import rfc9068 from './rfc9068.json' with { type: 'json' }
import rfc9449 from './rfc9449.json' with { type: 'json' }
import rfc9728 from './rfc9728.json' with { type: 'json' }

describe('RFC 6750', () => {
  test.each(rfc6750.challenges)('§$section, challenge', ({ challenge, field }) => {
    const resource_metadata = 'https://h.example/m'
    const written = formatBearerChallenge({
      ...(challenge as Omit<Parameters<typeof formatBearerChallenge>[0], 'resource_metadata'>),
      resource_metadata,
    })
    expect(written).toBe(`${field}, resource_metadata="${resource_metadata}"`)
  })

  test.each(rfc6750.credentials)('§$section, credentials', ({ field, token }) => {
    expect(parseBearerToken([field])).toEqual({ kind: 'token', token })
  })

  test.each(rfc6750.queries)('§$section, query', ({ target }) => {
    expect(parseTarget(target)).toEqual({ path: '/resource', hasQueryToken: true })
  })
})

describe('RFC 9449', () => {
  test.each(rfc9449.proofs)('§$section, proof', async ({ proof, iat, jti, ...request }) => {
    const rules = { algorithms: ['ES256'], maxAgeSeconds: 60, maxAheadSeconds: 0 }
    expect(await verifyDpopProof([proof], request, rules, iat)).toEqual({
      ok: true,
      value: { jti, nonce: undefined },
    })
    const altered = { ...request, token: request.token.toLowerCase() }
    expect(await verifyDpopProof([proof], altered, rules, iat)).toEqual({
      ok: false,
      reason: 'ath',
    })
  })
})

describe('RFC 8414', () => {
  test.each(rfc8414.wellKnownUrls)('§$section, $identifier', ({ identifier, name, url }) => {
    expect(wellKnownUrl(new URL(identifier), name)).toBe(url)
    expect(serverMetadataUrls(new URL(identifier))).toContain(url)
  })
})

describe('RFC 9728', () => {
  test.each(rfc9728.wellKnownUrls)('§$section, $identifier', ({ identifier, name, url }) => {
    expect(wellKnownUrl(new URL(identifier), name)).toBe(url)
  })

  test.each(rfc9728.documents)(
    '§$section, document',
    ({ resource, requested, document, ...input }) => {
      expect(buildProtectedResourceMetadata({ resource, ...input })).toEqual(document)
      // §3.3: the `resource` of the document is what the URL was made from.
      const identifier = parseResourceIdentifier(document.resource)?.url ?? new URL('https://none')
      expect(wellKnownUrl(identifier, 'oauth-protected-resource')).toBe(requested)
    },
  )

  test.each(rfc9728.challenges)('§$section, challenge', ({ resource_metadata, field }) => {
    expect(formatBearerChallenge({ resource_metadata })).toBe(field)
  })
})

describe('RFC 9068', () => {
  test.each(rfc9068.tokens)('§$section, claims', ({ claims, scopes }) => {
    expect(buildPrincipal(claims.iss, claims, {}, claims)).toMatchObject({
      kind: 'user',
      issuer: claims.iss,
      subject: claims.sub,
      clientId: claims.client_id,
      scopes: new Set(scopes),
    })
  })
})

describe('RFC 7515', () => {
  const { issuer, claims, unsecured } = rfc7515

  test.each(rfc7515.tokens)('Appendix $section, $alg', async ({ alg, jwk, token }) => {
    const verifier = createJwtVerifier([trust(alg, jwk)])
    expect(await verifier.verify(token)).toMatchObject({ ok: true, value: { issuer, claims } })
    const [header, payload, signature = ''] = token.split('.')
    const forged = `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
    expect(await verifier.verify(forged)).toEqual({ ok: false, reason: 'sig' })
  })

  test.each(rfc7515.tokens)(
    'Appendix A.5, unsecured, where $alg is accepted',
    async ({ alg, jwk }) => {
      const verifier = createJwtVerifier([trust(alg, jwk)])
      expect(await verifier.verify(unsecured.token)).toEqual({ ok: false, reason: 'alg' })
    },
  )
})

/** The issuer of the appendix with this one key. */
function trust(alg: string, jwk: object): TrustedIssuer {
  const keys =
    'k' in jwk && typeof jwk.k === 'string'
      ? { secret: base64url.decode(jwk.k) }
      : createRemoteAuthorizationServer({
          issuer: rfc7515.issuer,
          metadata: undefined,
          metadataUrl: undefined,
          transformMetadata: undefined,
          jwksUri: 'https://as.example.com/jwks',
          allowInsecureLoopback: false,
          fetch: { fetch: async () => Response.json({ keys: [jwk] }) },
          clock: systemClock,
          emit: () => undefined,
        })
  return {
    issuer: rfc7515.issuer,
    keys,
    algorithms: new Set([alg]),
    requireAtJwt: false,
    allowKeyTrial: false,
  }
}
