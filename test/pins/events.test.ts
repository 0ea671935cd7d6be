import { join } from 'node:path'
import type { AuditEvent } from 'mcp-gatehouse'
import { expect, test } from 'vitest'
import { readEventGroups, readFolder } from '../../scripts/event-types.ts'
import { SRC } from './source-exports.ts'

const TYPES: Readonly<Record<AuditEvent['type'], true>> = {
  'api_key.issued': true,
  'api_key.revoked': true,
  'audit.sampled': true,
  'auth.allow': true,
  'auth.deny': true,
  'authorization_server.error': true,
  'authorization_server.limited': true,
  'authorization_server.suspended': true,
  'backchannel_logout.done': true,
  'backchannel_logout.refused': true,
  'client.document_refused': true,
  'client.metadata_changed': true,
  'client.refused': true,
  'client.registered': true,
  'client.registration_refused': true,
  'code.replay': true,
  'config.warning': true,
  'connection.connected': true,
  'connection.disconnected': true,
  'connection.exchange_failed': true,
  'connection.exchanged': true,
  'connection.needs_reconnect': true,
  'connection.refresh_failed': true,
  'connection.refreshed': true,
  'connection.requested': true,
  'consent.allow': true,
  'consent.deny': true,
  'consent.not_found': true,
  'consent.revoked': true,
  'connections.error': true,
  'cred.inflight_lost': true,
  'cred.needs_reauth': true,
  'dep.unavailable': true,
  'discovery.failed': true,
  'elicit.user_mismatch': true,
  'flow.browser_mismatch': true,
  'grant.allow': true,
  'grant.deny': true,
  'gateway.refused': true,
  'introspect.bad_response': true,
  'jwks.private_material': true,
  'jwks.stale': true,
  'limits.store_failed': true,
  'limits.store_recovered': true,
  'mrtr.state_invalid': true,
  'policy.error': true,
  public: true,
  'refresh.reuse': true,
  'relay.allow': true,
  'relay.grant_refused': true,
  'relay.token_refused': true,
  'relay.tokens': true,
  'relay.upstream_failed': true,
  'scope.elevated': true,
  'sign_in.done': true,
  'sign_in.failed': true,
  'tenant.changed': true,
  'tenant.not_found': true,
  'tenant.options_refused': true,
  'tenant.refused': true,
  'tenant.swept': true,
  'upstream.ended': true,
  'upstream.failed': true,
  'upstream.stderr': true,
  'token.revoked': true,
  'user.signed_out': true,
  'userinfo.bad_response': true,
}

/** Compiles only while every event says when it was. */
export const timeOf = ({ at }: AuditEvent): number => at

test('the types of audit events are these', () => {
  const groups = readEventGroups(readFolder(join(SRC, 'observability')))
  const declared = groups.flatMap(({ types }) => types.map(({ type }) => type))
  expect(declared.toSorted()).toEqual(Object.keys(TYPES).toSorted())
})
