export type {
  AuditEvent,
  AuditSink,
  CallerFacts,
  ConsentFacts,
  CredentialFacts,
  GrantFacts,
  IssuerFacts,
  OperationFacts,
  RequestFacts,
  SignInFacts,
} from './audit-event.ts'
export { createEmitter, type Emit } from './emit.ts'
