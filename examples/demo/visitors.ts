import type { AuditEvent } from 'mcp-gatehouse'
import { paint, print } from './terminal.ts'

/** Prints what the gate decided about a request of a visitor; one line per request. */
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
    case 'consent.allow':
    case 'consent.deny':
    case 'sign_in.done':
      print(`  ${paint('cyan', event.type)}`)
      break
    case 'authorization_server.error':
    case 'client.document_refused':
    case 'client.metadata_changed':
    case 'client.registered':
    case 'client.registration_refused':
    case 'code.replay':
    case 'config.warning':
    case 'cred.inflight_lost':
    case 'cred.needs_reauth':
    case 'discovery.failed':
    case 'flow.browser_mismatch':
    case 'jwks.private_material':
    case 'jwks.stale':
    case 'refresh.reuse':
    case 'sign_in.failed':
      print(`  ${paint('red', event.type)}`)
  }
}

function line(
  { at, method, path }: { readonly at: number; readonly method: string; readonly path: string },
  style: Parameters<typeof paint>[0],
  text: string,
): string {
  const time = new Date(at * 1000).toLocaleTimeString()
  return `  ${paint('dim', time)}  ${`${method} ${path}`.padEnd(52)}  ${paint(style, text)}`
}
