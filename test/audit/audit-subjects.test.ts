import { PassThrough } from 'node:stream'
import type { AuditEvent } from 'mcp-gatehouse'
import { createAuditLog } from 'mcp-gatehouse/audit'
import { expect, test } from 'vitest'

const KEY = 'Zm9yIHRlc3RzIGFsb25lLCA0MyBjaGFyYWN0ZXJzIG9mIGl0'
const issuer = 'https://auth.example.com'
const facts = { at: 0, correlationId: 'r1', issuer }
const consent = { clientId: 'c', resource: 'https://mcp.example.com/mcp', scopes: [] }

async function logOf(...events: readonly AuditEvent[]): Promise<Record<string, unknown>[]> {
  const stream = new PassThrough()
  const audit = await createAuditLog({ key: KEY, stream })
  for (const event of events) await audit.write(event)
  await audit.close()
  const lines = String(stream.read()).trimEnd().split('\n').slice(1)
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

test('SEC-376 a user has one pseudonym, from the sign-in to the end of the credential', async () => {
  const events = await logOf(
    { type: 'sign_in.done', upstream: 'corporate', subject: 'alice', ...facts },
    { type: 'consent.allow', subject: 'alice', ...facts, ...consent },
    { type: 'user.signed_out', at: 0, issuer, subject: 'alice' },
    { type: 'cred.needs_reauth', at: 0, issuer, accountId: 'alice', upstream: 'corporate' },
  )
  const [pseudonym, ...others] = events.map(({ subject }) => subject)
  expect(pseudonym).toMatch(/^[\w-]{22}$/)
  expect(new Set(others)).toEqual(new Set([pseudonym]))
})

test('SEC-376 who has opened the link of somebody else is a pseudonym too', async () => {
  const tenant = undefined
  const asked = { issuer, subject: 'alice', tenant, clientId: 'c', service: 'github' }
  const openedBy = { issuer, subject: 'mallory', tenant }
  const [mismatch, signedOut] = await logOf(
    { type: 'elicit.user_mismatch', ...facts, ...asked, openedBy },
    { type: 'user.signed_out', at: 0, issuer, subject: 'mallory' },
  )
  expect(JSON.stringify(mismatch)).not.toContain('mallory')
  expect(mismatch?.['opened_by']).toEqual({ issuer, subject: signedOut?.['subject'] })
})

test('SEC-369 a credential in an error is not written, whether it is a parameter or a JSON member', async () => {
  const secret = 'c4n4ry-of-the-audit-log'
  const messages = [
    `POST /token?refresh_token=${secret}&x=1`,
    `Unexpected answer {"access_token":"${secret}","token_type":"Bearer"}`,
    `Unexpected answer { "client_secret" : "${secret}\\"${secret}" }`,
    `Authorization: Bearer ${secret}`,
  ]
  const events = await logOf(
    ...messages.map((message) => ({
      type: 'authorization_server.error' as const,
      at: 0,
      error: new Error(message),
    })),
  )
  expect(JSON.stringify(events)).not.toContain(secret)
  expect(events).toHaveLength(messages.length)
})
