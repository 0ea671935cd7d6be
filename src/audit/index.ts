/**
 * What becomes of audit events: a log of lines, each bound to the one before, and counts.
 *
 * @module
 */
export { type AuditLog, createAuditLog } from './create-audit-log.ts'
export {
  createEventCounter,
  type EventCounter,
  type EventCounterOptions,
} from './event-counter.ts'
export type { AuditLogOptions, AuditProblem } from './options.ts'
export { type AuditVerdict, verifyAuditLog } from './verify-audit-log.ts'
