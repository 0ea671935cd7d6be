export type { AuditEvent, AuditSink, CallerFacts, RequestFacts } from './audit-event.ts'
export { createEmitter, type Emit } from './emit.ts'
