import type { AuditEvent, AuditSink } from './audit-event.ts'
import type { Emit } from './emit.ts'

/** A sink without which nothing may be decided. */
export interface RequiredAudit {
  readonly emit: Emit
  /**
   * Whether the latest event was delivered. After one that was not, and after two seconds of waiting,
   * `probe` is delivered first.
   */
  readonly isWorking: (probe: () => AuditEvent) => Promise<boolean>
}

const WAIT_MILLISECONDS = 2_000

/** Wraps a sink so that it cannot fail its caller, who can ask whether it works. */
export function createRequiredAudit(sink: AuditSink): RequiredAudit {
  let latest = Promise.resolve(true)

  function deliver(event: AuditEvent): Promise<boolean> {
    const delivered = (async () => sink(event))()
    latest = delivered.then(
      () => true,
      () => false,
    )
    return latest
  }

  return {
    emit: (event) => void deliver(event),
    isWorking: async (probe) => (await inTime(latest)) || inTime(deliver(probe())),
  }
}

function inTime(outcome: Promise<boolean>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), WAIT_MILLISECONDS)
  return Promise.race([outcome, promise]).finally(() => clearTimeout(timer))
}
