import { describe, expect, test } from 'vitest'
import { refusalAnswer } from '../../src/resource-server/refusal.ts'
import { DPOP } from './answer-settings.ts'
import { UNNAMED } from './policy-refusals.ts'

describe('challenges where tokens that are bound to a key are accepted', () => {
  const HINTS =
    'resource_metadata="https://h.example/.well-known/oauth-protected-resource/mcp", scope="a b c"'
  const INVALID = 'error="invalid_token", error_description="The access token is invalid."'
  const ALGS = 'algs="ES256 EdDSA"'
  const required = { ...DPOP, dpop: { ...DPOP.dpop, required: true } }
  const none = { kind: 'no_credentials' } as const
  const token = { kind: 'token', reason: 'sig' } as const
  const scope = { kind: 'scope', scopes: ['a'], digest: 'd', ...UNNAMED } as const
  const LACKING =
    'error="insufficient_scope", error_description="The access token lacks a scope that this request needs."'
  const METADATA = 'resource_metadata="https://h.example/.well-known/oauth-protected-resource/mcp"'

  test.each([
    ['nothing', none, DPOP, 'Bearer', `Bearer realm="notes", ${HINTS}, DPoP ${ALGS}`],
    ['nothing', none, required, 'Bearer', `DPoP realm="notes", ${HINTS}, ${ALGS}`],
    ['Bearer', token, DPOP, 'Bearer', `Bearer realm="notes", ${INVALID}, ${HINTS}, DPoP ${ALGS}`],
    ['Bearer', token, required, 'Bearer', `DPoP realm="notes", ${INVALID}, ${HINTS}, ${ALGS}`],
    ['DPoP', token, DPOP, 'DPoP', `DPoP realm="notes", ${INVALID}, ${HINTS}, ${ALGS}`],
    [
      'DPoP',
      scope,
      DPOP,
      'DPoP',
      `DPoP realm="notes", ${LACKING}, ${METADATA}, scope="a", ${ALGS}`,
    ],
    ['Bearer', scope, DPOP, 'Bearer', `Bearer realm="notes", ${LACKING}, ${METADATA}, scope="a"`],
  ] as const)('presented: %s %#', (_what, refusal, settings, scheme, expected) => {
    const { headers } = refusalAnswer(refusal, settings, scheme)
    expect(headers.get('www-authenticate')).toBe(expected)
  })
})
