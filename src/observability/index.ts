export type {
  AuditEvent,
  AuditSink,
  CallerFacts,
  GrantFacts,
  OperationFacts,
  RequestFacts,
} from './audit-event.ts'
export { createEmitter, type Emit } from './emit.ts'
