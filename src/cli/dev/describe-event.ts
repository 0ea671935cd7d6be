import type { AuditEvent } from '../../observability/index.ts'

/** How a step is shown. */
export type Tone = 'good' | 'bad' | 'plain'

export interface Described {
  readonly tone: Tone
  readonly text: string
}

/** What an event means for whoever tries the gateway; `undefined` for what they need not know. */
export function describeEvent(event: AuditEvent): Described | undefined {
  // oxlint-disable-next-line switch-exhaustiveness-check -- others, also new ones, are shown by name
  switch (event.type) {
    case 'public':
      return { tone: 'plain', text: `told where to sign in (${event.what})` }
    case 'auth.deny':
      return { tone: 'bad', text: denial(event.status, event.reason) }
    case 'auth.allow': {
      const operations = 'operations' in event ? event.operations : []
      const what = operations.map(({ method, name }) =>
        name === method ? method : `${method} ${name}`,
      )
      return { tone: 'good', text: [`let in: user ${short(event.subject)}`, ...what].join(', ') }
    }
    case 'client.registered':
      return {
        tone: 'plain',
        text: `"${event.clientName ?? ''}" is client ${short(event.clientId)}`,
      }
    case 'consent.allow':
      return { tone: 'good', text: `the user allowed ${event.scopes.join(' ')}` }
    case 'grant.allow':
      return { tone: 'good', text: 'tokens issued' }
    case 'consent.deny':
      return { tone: 'bad', text: 'the user denied' }
    case 'gateway.refused':
    case 'upstream.failed':
      return { tone: 'bad', text: `${event.status}, ${event.type}: ${event.reason}` }
    case 'upstream.stderr':
      return { tone: 'plain', text: `the server says: ${event.text}` }
    case 'upstream.ended':
      return { tone: 'bad', text: `the server has ended: ${event.error.message}` }
    case 'config.warning':
      return undefined
    default:
      return { tone: 'plain', text: event.type }
  }
}

function denial(status: number, reason: string): string {
  return reason === 'no_credentials'
    ? '401: no token, so the client is sent to sign in'
    : `${status}: ${reason}`
}

/** Enough of an id to tell it from another. */
function short(id = 'unknown'): string {
  return id.length > 12 ? `${id.slice(0, 8)}…` : id
}
