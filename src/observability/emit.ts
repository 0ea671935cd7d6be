import type { AuditEvent, AuditSink } from './audit-event.ts'

/** Hands an event to the sink and never fails. */
export type Emit = (event: AuditEvent) => void

/** Wraps a sink so that it cannot fail its caller. Without a sink, warnings go to the console. */
export function createEmitter(sink: AuditSink | undefined): Emit {
  if (sink === undefined) return warn
  return (event) => {
    // The sink runs inside an async function, so that a throw is a rejection like any other.
    const delivered = (async () => sink(event))()
    delivered.catch(() => undefined)
  }
}

function warn(event: AuditEvent): void {
  // oxlint-disable-next-line no-console -- nobody listens, and silence would hide a risk
  if (event.type === 'config.warning') console.warn(`mcp-gatehouse: ${event.message}`)
}
