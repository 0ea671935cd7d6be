import { describe, expect, test } from 'vitest'
import { isClientDocumentUrl } from '../../src/authorization-server/clients/client-document-url.ts'
import type { MetadataRules } from '../../src/authorization-server/clients/client-metadata.ts'
import {
  type DocumentVerdict,
  parseDocument,
} from '../../src/authorization-server/clients/parse-document.ts'
import { expectPristinePrototype } from '../security/support/token-gate.ts'
import { anyMetadata, expectSafeMetadata } from './client-metadata.ts'
import * as fc from './fast-check.ts'
import { RUNS } from './runs.ts'

const CLIENT_ID = 'https://client.example.com/oauth/client.json'
const RULES: MetadataRules = {
  privateUseSchemes: new Set(['cursor']),
  boundTokens: 'never',
  unbindable: 'drop',
  authMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
  privilegedGrantTypes: new Set(),
  takesIdentityAssertions: false,
  redirects: 'any',
  unprivileged: 'drop',
  allowHttpLinks: false,
}
const parse = (text: string): DocumentVerdict =>
  parseDocument(new TextEncoder().encode(text), CLIENT_ID, RULES)

const document = fc
  .tuple(anyMetadata, fc.constantFrom(CLIENT_ID, CLIENT_ID, CLIENT_ID, `${CLIENT_ID}/`, 7))
  .map(([metadata, clientId]) => Object.assign({ client_id: clientId }, metadata))

describe('a client id metadata document', () => {
  test('is refused with a word, or is safe to act on', () => {
    const seen = { accepted: 0, refused: 0 }
    fc.assert(
      fc.property(document, (value) => {
        const verdict = parse(JSON.stringify(value))
        seen[verdict.ok ? 'accepted' : 'refused'] += 1
        expect(verdict.ok ? '' : verdict.reason).toMatch(/^[a-z_-]*$/)
        if (!verdict.ok) return
        expect(value.client_id).toBe(CLIENT_ID)
        expect(value).not.toHaveProperty('client_secret')
        expect(verdict.metadata.token_endpoint_auth_method).toMatch(/^(?:none|private_key_jwt)$/)
        expectSafeMetadata(verdict.metadata, value)
      }),
      RUNS,
    )
    expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(0)
    expectPristinePrototype()
  })

  test('with a member that stands twice is refused, whatever the two say', () => {
    fc.assert(
      fc.property(anyMetadata, fc.nat(), fc.jsonValue(), (metadata, at, other) => {
        const names = ['client_id', ...Object.keys(metadata)]
        const again = JSON.stringify(names[at % names.length])
        const text = JSON.stringify({ client_id: CLIENT_ID, ...metadata })
        expect(parse(text.replace(/\}$/, `,${again}:${JSON.stringify(other)}}`))).toEqual({
          ok: false,
          reason: 'not-json',
        })
      }),
      RUNS,
    )
  })

  test('of any bytes is refused', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          expect(parseDocument(bytes, CLIENT_ID, RULES).ok).toBe(false)
        },
      ),
      RUNS,
    )
  })

  test('has an address that every reader takes for the same', () => {
    const part = fc.constantFrom(
      'https://',
      'a.example',
      '/',
      '/c',
      '.',
      '..',
      '%2e',
      ':443',
      ':8443',
      '@',
      '?',
      '#',
      '\\',
      '\t',
      '*',
      'é',
      '[::1]',
      '127.0.0.1',
      '//',
      'HTTPS://',
      'xn--bcher-kva',
    )
    const address = fc.oneof(
      fc.webUrl({ withFragments: true, withQueryParameters: true }),
      fc.array(part, { maxLength: 6 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(address, (text) => {
        if (!isClientDocumentUrl(text)) return
        const url = new URL(text)
        expect([url.protocol, url.username, url.password, url.search, url.hash]).toEqual([
          'https:',
          '',
          '',
          '',
          '',
        ])
        expect(url.pathname).toBe(text.slice(text.indexOf('/', 'https://'.length)))
        expect(url.pathname).not.toBe('/')
      }),
      RUNS,
    )
  })
})
