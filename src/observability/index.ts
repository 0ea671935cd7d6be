export type {
  AuditEvent,
  AuditSink,
  CallerFacts,
  ConsentFacts,
  GrantFacts,
  OperationFacts,
  RequestFacts,
  SignInFacts,
} from './audit-event.ts'
export { createEmitter, type Emit } from './emit.ts'
