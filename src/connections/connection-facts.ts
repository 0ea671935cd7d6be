import type { ConnectionFacts } from '../observability/index.ts'
import type { Clock } from '../runtime/index.ts'
import type { ConnectionOwner } from './owner.ts'

/** What every event about a connection says. */
export function connectionFacts(
  {
    issuer,
    subject,
    tenant,
  }: Omit<ConnectionOwner, 'id' | 'tenant'> & {
    readonly tenant?: string | undefined
  },
  service: string,
  clientId: string | undefined,
  clock: Clock,
): ConnectionFacts {
  return { at: clock.now(), issuer, subject, tenant, clientId, service }
}
