export type {
  AuditEvent,
  AuditSink,
  CallerFacts,
  CredentialFacts,
  OperationFacts,
  RequestFacts,
} from './audit-event.ts'
export { createEmitter, type Emit } from './emit.ts'
