import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditEvent } from 'mcp-gatehouse'
import { expect, test } from 'vitest'
import { SRC } from './source-exports.ts'

const TYPES: Readonly<Record<AuditEvent['type'], true>> = {
  'auth.allow': true,
  'auth.deny': true,
  'authorization_server.error': true,
  'client.document_refused': true,
  'client.metadata_changed': true,
  'client.registered': true,
  'client.registration_refused': true,
  'code.replay': true,
  'config.warning': true,
  'consent.allow': true,
  'consent.deny': true,
  'cred.inflight_lost': true,
  'cred.needs_reauth': true,
  'dep.unavailable': true,
  'discovery.failed': true,
  'flow.browser_mismatch': true,
  'introspect.bad_response': true,
  'jwks.private_material': true,
  'jwks.stale': true,
  'policy.error': true,
  public: true,
  'refresh.reuse': true,
  'scope.elevated': true,
  'sign_in.done': true,
  'sign_in.failed': true,
  'userinfo.bad_response': true,
}

/** Compiles only while every event says when it was. */
export const timeOf = ({ at }: AuditEvent): number => at

test('the types of audit events are these', () => {
  const source = readFileSync(join(SRC, 'observability/audit-event.ts'), 'utf8')
  const declared = [...source.matchAll(/readonly type: '([\w.]+)'/g)].map(([, type]) => type)
  expect(new Set(declared)).toEqual(new Set(Object.keys(TYPES)))
})
