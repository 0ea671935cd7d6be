import type { AuditEvent } from 'mcp-gatehouse'
import { paint, print } from './terminal.ts'

/** Prints what came of a visitor: one line per request to the gate, and per step of a sign-in. */
export function printAuditEvent(event: AuditEvent): void {
  switch (event.type) {
    case 'auth.allow':
      print(line(event, 'green', `${event.subject} through client ${event.clientId}`))
      break
    case 'auth.deny':
      print(line(event, 'yellow', `${event.status} ${event.reason}`))
      break
    case 'scope.elevated':
      print(line(event, 'green', `${event.subject} granted ${event.granted.join(' ')}`))
      break
    case 'dep.unavailable':
    case 'policy.error':
      print(line(event, 'red', event.error.message))
      break
    case 'public':
      print(line(event, 'cyan', event.what))
      break
    case 'client.registered':
      print(note('cyan', `"${event.clientName ?? ''}" is client ${event.clientId}`))
      break
    case 'sign_in.done':
      print(note('cyan', `signed in at ${event.upstream}`))
      break
    case 'consent.allow':
    case 'relay.allow':
      print(note('green', `allowed ${event.scopes.join(' ')} to client ${event.clientId}`))
      break
    case 'consent.deny':
      print(note('yellow', `denied to client ${event.clientId}`))
      break
    case 'connection.connected':
    case 'connection.disconnected':
    case 'connection.exchanged':
    case 'connection.refreshed':
    case 'connection.requested':
      print(note('cyan', event.type))
      break
    case 'grant.allow':
    case 'relay.tokens':
      print(note('cyan', `tokens for client ${event.clientId}`))
      break
    case 'sign_in.failed':
      print(note('red', `not signed in at ${event.upstream}: ${event.reason}`))
      break
    case 'client.refused':
    case 'consent.not_found':
    case 'consent.revoked':
    case 'grant.deny':
    case 'token.revoked':
    case 'user.signed_out':
    case 'api_key.issued':
    case 'api_key.revoked':
    case 'audit.sampled':
    case 'authorization_server.error':
    case 'authorization_server.limited':
    case 'authorization_server.suspended':
    case 'backchannel_logout.done':
    case 'backchannel_logout.refused':
    case 'client.document_refused':
    case 'client.metadata_changed':
    case 'client.registration_refused':
    case 'code.replay':
    case 'config.warning':
    case 'connection.exchange_failed':
    case 'connection.needs_reconnect':
    case 'connection.refresh_failed':
    case 'connections.error':
    case 'cred.inflight_lost':
    case 'cred.needs_reauth':
    case 'discovery.failed':
    case 'elicit.user_mismatch':
    case 'flow.browser_mismatch':
    case 'gateway.refused':
    case 'introspect.bad_response':
    case 'jwks.private_material':
    case 'jwks.stale':
    case 'limits.store_failed':
    case 'limits.store_recovered':
    case 'mrtr.state_invalid':
    case 'refresh.reuse':
    case 'relay.grant_refused':
    case 'relay.token_refused':
    case 'relay.upstream_failed':
    case 'tenant.changed':
    case 'tenant.not_found':
    case 'tenant.options_refused':
    case 'tenant.refused':
    case 'tenant.swept':
    case 'upstream.ended':
    case 'upstream.failed':
    case 'upstream.stderr':
    case 'userinfo.bad_response':
      print(note('red', event.type))
  }
}

/** What happened at the authorization server, below the requests to the gate. */
function note(style: Parameters<typeof paint>[0], text: string): string {
  return `  ${' '.repeat(new Date(0).toLocaleTimeString().length)}  ${paint(style, text)}`
}

function line(
  { at, method, path }: { readonly at: number; readonly method: string; readonly path: string },
  style: Parameters<typeof paint>[0],
  text: string,
): string {
  const time = new Date(at * 1000).toLocaleTimeString()
  return `  ${paint('dim', time)}  ${`${method} ${path}`.padEnd(52)}  ${paint(style, text)}`
}
