import { expect, test } from 'vitest'
import { StorageError } from '../../../src/errors/index.ts'
import { formatRecord } from '../../../src/runtime/index.ts'
import {
  formatApiKey,
  isKeyId,
  parseApiKey,
  withoutHash,
} from '../../../src/verifiers/api-key-record.ts'

const keyHash = '0123456789abcdef'.repeat(4)
const RECORD = {
  keyId: keyHash.slice(0, 32),
  keyHash,
  resource: 'https://mcp.example.com/mcp',
  name: 'nightly import',
  scopes: ['notes:read'],
  subject: 'alice',
  clientId: 'importer',
  tenant: 'acme',
  createdAt: 1_900_000_000,
  expiresAt: 1_907_776_000,
  lastUsedAt: 1_900_000_060,
  revokedAt: 1_900_000_120,
}

test('a key is read as it was written', () => {
  expect(parseApiKey(formatApiKey(RECORD))).toEqual(RECORD)
})

test('what may be shown of a key is neither its hash nor its resource', () => {
  const { keyHash: _keyHash, resource: _resource, ...shown } = RECORD
  expect(withoutHash(RECORD)).toEqual(shown)
})

test.each([
  [RECORD.keyId, true],
  [RECORD.keyId.toUpperCase(), false],
  [`${RECORD.keyId}0`, false],
  [`0${RECORD.keyId}`, false],
  [RECORD.keyId.slice(1), false],
  ['', false],
  [undefined, false],
  [[RECORD.keyId], false],
])('%j can be the id of a key: %s', (text, expected) => {
  expect(isKeyId(text)).toBe(expected)
})

test.each(['subject', 'tenant', 'lastUsedAt', 'revokedAt'])('a key may have no %s', (name) => {
  const record = { ...RECORD, [name]: undefined }
  expect(parseApiKey(formatApiKey(record))).toEqual(record)
})

test.each([
  ['resource', undefined],
  ['resource', 7],
  ['name', undefined],
  ['name', ['nightly import']],
  ['keyHash', undefined],
  ['keyHash', keyHash.toUpperCase()],
  ['keyHash', `${keyHash}0`],
  ['scopes', undefined],
  ['scopes', 'notes:read'],
  ['scopes', [7]],
  ['subject', 7],
  ['subject', null],
  ['clientId', undefined],
  ['clientId', 7],
  ['tenant', ['acme']],
  ['createdAt', '1900000000'],
  ['expiresAt', undefined],
  ['expiresAt', '1907776000'],
  ['lastUsedAt', '1900000060'],
  ['revokedAt', true],
])('a record whose %s is %j is no key, not even a revoked one', (name, value) => {
  const { keyId: _keyId, ...content } = RECORD
  const stored = formatRecord(1, { ...content, [name]: value })
  expect(() => parseApiKey(stored)).toThrow(StorageError)
  expect(() => parseApiKey(stored)).toThrow(
    expect.objectContaining({ code: 'ERR_STORAGE_TAMPERED' }),
  )
})
