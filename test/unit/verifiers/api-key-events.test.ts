import type { AuditEvent } from 'mcp-gatehouse'
import { expect, test } from 'vitest'
import { memory } from '../../../src/storage/index.ts'
import { createApiKeys } from '../../../src/verifiers/public.ts'
import { createTestClock, START_SECONDS } from '../../security/support/test-clock.ts'

const RESOURCE = 'https://mcp.example.com/mcp'

test('events say who a key was made for and when it was revoked, once, and hold no key', async () => {
  const events: AuditEvent[] = []
  const apiKeys = createApiKeys({
    storage: memory(),
    resource: RESOURCE,
    clock: createTestClock(),
    onEvent: (event) => void events.push(event),
  })
  const { key, keyId } = await apiKeys.issue({
    name: 'nightly import',
    scopes: ['notes:read'],
    subject: 'alice',
    tenant: 'acme',
  })
  await apiKeys.revoke('0'.repeat(32))
  await apiKeys.revoke(keyId)
  await apiKeys.revoke(keyId)
  const facts = {
    at: START_SECONDS,
    issuer: RESOURCE,
    keyId,
    name: 'nightly import',
    clientId: keyId,
    subject: 'alice',
    tenant: 'acme',
  }
  const expiresAt = START_SECONDS + 90 * 86_400
  expect(events).toEqual([
    { type: 'api_key.issued', scopes: ['notes:read'], expiresAt, ...facts },
    { type: 'api_key.revoked', ...facts },
  ])
  expect(JSON.stringify(events)).not.toContain(key.split('_')[1])
})
