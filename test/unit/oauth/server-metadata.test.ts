import { checkServerMetadata, type MetadataFinding } from 'mcp-gatehouse'
import { describe, expect, test } from 'vitest'

const ISSUER = 'https://as.example.com'
const COMPLETE = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  registration_endpoint: `${ISSUER}/register`,
  jwks_uri: `${ISSUER}/jwks`,
  response_types_supported: ['code'],
  grant_types_supported: ['authorization_code', 'refresh_token'],
  code_challenge_methods_supported: ['S256'],
  client_id_metadata_document_supported: true,
  authorization_response_iss_parameter_supported: true,
}
/** As Entra ID publishes it: no PKCE field, no registration. */
const ENTRA = {
  issuer: 'https://login.microsoftonline.com/7f0c/v2.0',
  authorization_endpoint: 'https://login.microsoftonline.com/7f0c/oauth2/v2.0/authorize',
  token_endpoint: 'https://login.microsoftonline.com/7f0c/oauth2/v2.0/token',
  jwks_uri: 'https://login.microsoftonline.com/7f0c/discovery/v2.0/keys',
  response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
}

function codes(findings: readonly MetadataFinding[]): readonly string[] {
  return findings.map(({ code }) => code)
}

test('a complete document has successes only', () => {
  const { errors, warnings, successes } = checkServerMetadata(COMPLETE, { issuer: ISSUER })
  expect([errors, warnings]).toEqual([[], []])
  expect(successes).toEqual([
    { code: 'issuer', message: `The issuer is ${ISSUER}.` },
    { code: 'endpoints', message: 'Authorization and token endpoints are published.' },
    { code: 'response_types', message: 'The response type code is supported.' },
    { code: 'grant_types', message: 'The grant type authorization_code is supported.' },
    { code: 'refresh_token', message: 'Refresh tokens are supported.' },
    { code: 's256', message: 'PKCE with S256 is supported.' },
    { code: 'jwks_uri', message: 'A key set is published.' },
    {
      code: 'registration',
      message: 'Clients can register: Client ID Metadata Documents, dynamic registration.',
    },
    { code: 'iss_parameter', message: 'Authorization responses carry `iss`.' },
  ])
})

test.each([undefined, null, 'text', 7, [], [COMPLETE]])('%j is no document', (document) => {
  expect(checkServerMetadata(document)).toEqual({
    errors: [{ code: 'document', message: 'The metadata is not a JSON object (RFC 8414 §3.2).' }],
    warnings: [],
    successes: [],
  })
})

describe('errors', () => {
  test.each<[string, string, Record<string, unknown>]>([
    ['no issuer', 'issuer', { issuer: undefined }],
    ['an issuer that is no string', 'issuer', { issuer: [ISSUER] }],
    ['another issuer', 'issuer', { issuer: `${ISSUER}/` }],
    ['no authorization endpoint', 'endpoints', { authorization_endpoint: undefined }],
    ['no token endpoint', 'endpoints', { token_endpoint: null }],
    ['no response types', 'response_types', { response_types_supported: undefined }],
    ['other response types', 'response_types', { response_types_supported: ['token'] }],
    [
      'no authorization code grant',
      'grant_types',
      { grant_types_supported: ['client_credentials'] },
    ],
    ['PKCE not mentioned', 'pkce', { code_challenge_methods_supported: undefined }],
    ['PKCE with plain only', 's256', { code_challenge_methods_supported: ['plain'] }],
  ])('%s: %s', (_what, code, change) => {
    const { errors } = checkServerMetadata({ ...COMPLETE, ...change }, { issuer: ISSUER })
    expect(codes(errors)).toEqual([code])
  })

  test('the message names what is missing', () => {
    const { errors } = checkServerMetadata({
      ...COMPLETE,
      authorization_endpoint: 1,
      token_endpoint: 2,
    })
    expect(errors).toEqual([
      {
        code: 'endpoints',
        message: 'authorization_endpoint and token_endpoint missing (RFC 8414 §2).',
      },
    ])
  })
})

describe('warnings', () => {
  test.each<[string, string, Record<string, unknown>]>([
    ['no refresh tokens', 'refresh_token', { grant_types_supported: ['authorization_code'] }],
    ['grant types not mentioned', 'refresh_token', { grant_types_supported: undefined }],
    ['no key set', 'jwks_uri', { jwks_uri: undefined }],
    [
      'no registration',
      'registration',
      { registration_endpoint: undefined, client_id_metadata_document_supported: 'true' },
    ],
    [
      'no iss parameter',
      'iss_parameter',
      { authorization_response_iss_parameter_supported: false },
    ],
  ])('%s: %s', (_what, code, change) => {
    const { errors, warnings } = checkServerMetadata({ ...COMPLETE, ...change })
    expect([codes(errors), codes(warnings)]).toEqual([[], [code]])
  })
})

describe('Entra ID', () => {
  test('a missing PKCE field is a warning, since S256 works', () => {
    const { errors, warnings } = checkServerMetadata(ENTRA, { issuer: ENTRA.issuer })
    expect(codes(errors)).toEqual([])
    expect(codes(warnings)).toEqual(['refresh_token', 'pkce', 'registration', 'iss_parameter'])
  })

  test.each(['https://sts.windows.net/7f0c/', 'https://login.microsoftonline.com/7f0c/v2.0'])(
    '%s is Entra ID',
    (issuer) => {
      expect(codes(checkServerMetadata({ ...ENTRA, issuer }).errors)).toEqual([])
    },
  )

  test.each([
    'https://login.microsoftonline.com.evil.example/7f0c',
    'https://as.example.com',
    'no URL',
  ])('%s is not', (issuer) => {
    expect(codes(checkServerMetadata({ ...ENTRA, issuer }).errors)).toEqual(['pkce'])
  })
})
