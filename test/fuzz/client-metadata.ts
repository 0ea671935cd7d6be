import { expect } from 'vitest'
import * as fc from './fast-check.ts'

const redirectUri = fc.oneof(
  fc.constantFrom('https://app.example.com/cb', 'http://127.0.0.1/cb', 'http://localhost:3000/cb'),
  fc.constantFrom('https://a@evil.example', 'http://app.example/cb', 'javascript:alert(1)', '*'),
  fc.webUrl({ withFragments: true }),
  fc.string({ unit: 'binary' }),
)
const link = fc.oneof(fc.webUrl({ validSchemes: ['https', 'http'] }), fc.string())
const fields: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  client_name: fc.oneof(fc.constant('Notes'), fc.string({ unit: 'binary' })),
  redirect_uris: fc.oneof(
    { weight: 4, arbitrary: fc.constant(['https://app.example.com/cb', 'http://127.0.0.1/cb']) },
    { weight: 2, arbitrary: fc.array(redirectUri, { maxLength: 4 }) },
  ),
  token_endpoint_auth_method: fc.constantFrom(
    'none',
    'none',
    'client_secret_basic',
    'private_key_jwt',
    'tls_client_auth',
  ),
  grant_types: fc.subarray(['authorization_code', 'refresh_token', 'client_credentials', 'x']),
  response_types: fc.subarray(['code', 'token', 'id_token', 'none']),
  application_type: fc.constantFrom('native', 'web', 'x'),
  client_uri: link,
  logo_uri: link,
  tos_uri: link,
  jwks: fc.jsonValue(),
  jwks_uri: link,
  scope: fc.string(),
  client_secret: fc.string(),
  software_id: fc.string(),
  id_token_signed_response_alg: fc.constantFrom('none', 'RS256'),
  sector_identifier_uri: link,
  ['__proto__']: fc.jsonValue(),
}

/** Metadata as clients write it: mostly what works, some of it odd, some of it of another type. */
export const anyMetadata: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc
  .tuple(
    fc.record({
      client_name: fields['client_name'] ?? fc.constant(''),
      redirect_uris: fields['redirect_uris'] ?? fc.constant([]),
      token_endpoint_auth_method: fc.constantFrom('none', 'none', 'private_key_jwt'),
    }),
    fc.subarray(Object.keys(fields), { maxLength: 3 }),
    fc.nat(3),
    fc.jsonValue(),
  )
  .chain(([basis, names, chance, odd]) =>
    fc.tuple(...names.map((name) => fields[name] ?? fc.constant(odd))).map((values) => {
      const chosen = names.map((name, index) => [name, chance === 0 ? odd : values[index]])
      return Object.assign({}, basis, Object.fromEntries(chosen)) as Record<string, unknown>
    }),
  )

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost'])
const KNOWN = new Set([
  'application_type',
  'client_id',
  'client_id_issued_at',
  'client_name',
  'client_uri',
  'dpop_bound_access_tokens',
  'grant_types',
  'jwks',
  'jwks_uri',
  'logo_uri',
  'policy_uri',
  'redirect_uris',
  'response_types',
  'software_id',
  'software_version',
  'token_endpoint_auth_method',
  'token_endpoint_auth_signing_alg',
  'tos_uri',
  // What `oidc-provider` adds, whatever was said.
  'id_token_signed_response_alg',
  'require_auth_time',
  'subject_type',
])

/** What holds for every client that this server acts on, whatever it said about itself. */
export function expectSafeMetadata(
  metadata: { readonly redirect_uris?: unknown; readonly response_types?: unknown },
  said: Readonly<Record<string, unknown>>,
): void {
  expect(Object.keys(metadata).filter((name) => !KNOWN.has(name))).toEqual([])
  expect(JSON.stringify(metadata)).not.toContain('"id_token_signed_response_alg":"none"')
  const uris = metadata.redirect_uris as readonly string[]
  for (const uri of uris) {
    expect(said['redirect_uris']).toContain(uri)
    const { protocol, hostname, hash, username, password } = new URL(uri)
    expect([hash, username + password]).toEqual(['', ''])
    expect(protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname))).toBe(true)
  }
  for (const type of metadata.response_types as readonly string[]) expect(type).toBe('code')
}
