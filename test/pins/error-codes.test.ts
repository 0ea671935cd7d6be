import {
  ConfigError,
  ERROR_CODES,
  type ErrorCode,
  GatehouseError,
  UpstreamError,
} from 'mcp-gatehouse'
import { describe, expect, test } from 'vitest'

const CODES: readonly ErrorCode[] = [
  'ERR_CONFIG_ALGORITHMS_MIXED',
  'ERR_CONFIG_ALGORITHM_UNSUPPORTED',
  'ERR_CONFIG_AUDIENCE_UNPROVEN',
  'ERR_CONFIG_AUTHORIZATION_PARAMETER',
  'ERR_CONFIG_CLIENT',
  'ERR_CONFIG_CLIENT_DOMAIN',
  'ERR_CONFIG_CONSENT_OFF',
  'ERR_CONFIG_CREDENTIALS_WITH_ANY_ORIGIN',
  'ERR_CONFIG_EGRESS_PROXY',
  'ERR_CONFIG_ENVIRONMENT',
  'ERR_CONFIG_FORWARDED_HEADER',
  'ERR_CONFIG_HOST_INVALID',
  'ERR_CONFIG_ISSUER_DUPLICATE',
  'ERR_CONFIG_ISSUER_INVALID',
  'ERR_CONFIG_KEY_FILE',
  'ERR_CONFIG_KEY_INVALID',
  'ERR_CONFIG_METADATA_FIELD',
  'ERR_CONFIG_NOT_A_STRING',
  'ERR_CONFIG_NOT_HTTPS',
  'ERR_CONFIG_NOT_LOOPBACK',
  'ERR_CONFIG_NO_ASYNC_CONTEXT',
  'ERR_CONFIG_NO_AUTHORIZATION_SERVER',
  'ERR_CONFIG_NUMBER_RANGE',
  'ERR_CONFIG_OPTIONS_CONFLICT',
  'ERR_CONFIG_OPTION_TYPE',
  'ERR_CONFIG_OPTION_UNKNOWN',
  'ERR_CONFIG_ORIGIN_INVALID',
  'ERR_CONFIG_PATH_INVALID',
  'ERR_CONFIG_PEER_MISSING',
  'ERR_CONFIG_POLICY_CYCLE',
  'ERR_CONFIG_POLICY_NAME',
  'ERR_CONFIG_POLICY_RULE',
  'ERR_CONFIG_POLICY_SCOPE',
  'ERR_CONFIG_POLICY_TIE',
  'ERR_CONFIG_POLICY_UNREGISTERED',
  'ERR_CONFIG_PROVIDER_OPTION',
  'ERR_CONFIG_REDIRECT_SCHEME',
  'ERR_CONFIG_RESOURCE_INVALID',
  'ERR_CONFIG_SCOPE_INVALID',
  'ERR_CONFIG_SECRET_TOO_SHORT',
  'ERR_CONFIG_SERVER_METADATA',
  'ERR_CONFIG_STORAGE_KEY',
  'ERR_CONFIG_STORAGE_POLICY',
  'ERR_CONFIG_STORAGE_SCHEMA',
  'ERR_CONFIG_STORAGE_UNSEALED',
  'ERR_CONFIG_STORAGE_URL',
  'ERR_CONFIG_TLS_UNVERIFIED',
  'ERR_CONFIG_TRUSTED_PROXY',
  'ERR_DENIED_OPERATION',
  'ERR_DENIED_ORIGIN',
  'ERR_DENIED_OWNER',
  'ERR_DENIED_SCOPE',
  'ERR_DENIED_TENANT',
  'ERR_STORAGE_FORMAT',
  'ERR_STORAGE_INPUT',
  'ERR_STORAGE_TAMPERED',
  'ERR_STORAGE_UNAVAILABLE',
  'ERR_STORAGE_WRITE',
  'ERR_UPSTREAM_ANSWER_INVALID',
  'ERR_UPSTREAM_CLIENT_REFUSED',
  'ERR_UPSTREAM_DECISION',
  'ERR_UPSTREAM_ISSUER_MISMATCH',
  'ERR_UPSTREAM_JWKS_INVALID',
  'ERR_UPSTREAM_JWKS_PRIVATE_MATERIAL',
  'ERR_UPSTREAM_METADATA_INVALID',
  'ERR_UPSTREAM_METADATA_NOT_FOUND',
  'ERR_UPSTREAM_NOT_JSON',
  'ERR_UPSTREAM_REDIRECT',
  'ERR_UPSTREAM_REFRESH',
  'ERR_UPSTREAM_SIGN_IN_NEEDED',
  'ERR_UPSTREAM_STATUS',
  'ERR_UPSTREAM_TIMEOUT',
  'ERR_UPSTREAM_TOO_LARGE',
  'ERR_UPSTREAM_UNREACHABLE',
  'ERR_UPSTREAM_VERIFIER',
]

test('the codes are these', () => {
  expect(Object.keys(ERROR_CODES).toSorted()).toEqual(CODES)
})

describe.each(CODES)('%s', (code) => {
  test('has a cause and a remedy, each a sentence', () => {
    const { cause, remedy } = ERROR_CODES[code]
    expect(cause).toMatch(/^[A-Z].{20,}[.)]$/s)
    expect(remedy).toMatch(/^[A-Z].{10,}\.$/s)
  })

  test('stands in the error with its subject, cause and remedy', () => {
    const { cause, remedy } = ERROR_CODES[code]
    const error = code.startsWith('ERR_CONFIG_')
      ? new ConfigError(code, 'subject')
      : new UpstreamError(code, 'subject', { retryable: true })
    expect(error).toBeInstanceOf(GatehouseError)
    expect([error.code, error.message]).toEqual([code, `subject: ${cause} ${remedy}`])
  })
})

test('an error has the name of its class', () => {
  expect(new ConfigError('ERR_CONFIG_NOT_HTTPS', 'x').name).toBe('ConfigError')
  const options = { retryable: false, cause: new Error('why') }
  const error = new UpstreamError('ERR_UPSTREAM_STATUS', 'x', options)
  expect([error.name, error.retryable, error.cause]).toEqual([
    'UpstreamError',
    false,
    options.cause,
  ])
})
