import { expect, test } from 'vitest'
import { gatewayFilePage } from '../../scripts/gateway-file-page.ts'

const text = { type: 'string' }

test('names that a description lists are code, and keep their case; other words are a sentence', () => {
  const page = gatewayFilePage({
    properties: {
      storage: {
        type: 'object',
        description: 'url and keys of the storage',
        properties: { url: text, keys: { ...text, description: 'the file of the keys' } },
      },
      identity: {
        description: 'assertion, none, or an object such as { header: x-assertion }',
        anyOf: [{ type: 'string', enum: ['assertion', 'none'] }, { type: 'object' }],
      },
      verifier: {
        type: 'object',
        description: 'tokens of an issuer: issuer and clientId',
        properties: { issuer: text, clientId: text },
      },
    },
  })
  expect(page).toContain('| `storage` | settings | `url` and `keys` of the storage. |')
  expect(page).toContain('| `storage.keys` | text | The file of the keys. |')
  expect(page).toContain('| `assertion`, `none`, or an object such as { header: x-assertion }. |')
  expect(page).toContain('| Tokens of an issuer: `issuer` and `clientId`. |')
})
