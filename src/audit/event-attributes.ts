import type { Attributes } from '@opentelemetry/api'
import { GatehouseError } from '../errors/index.ts'
import type { AuditEvent, OperationFacts } from '../observability/index.ts'
import { isKnownMethod } from '../policy/index.ts'
import { type Pseudonym, toAuditRecord } from './audit-record.ts'

/** What the semantic conventions have for values that no list has. */
const OTHER = '_OTHER'
const HTTP_METHODS = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'])

/** Events whose reasons are words of this package; those of others may quote another server. */
const OWN_REASONS: ReadonlySet<string> = new Set<AuditEvent['type']>([
  'auth.deny',
  'connection.needs_reconnect',
  'gateway.refused',
  'mrtr.state_invalid',
  'relay.grant_refused',
  'tenant.refused',
  'upstream.failed',
])

/** Members of a line of the audit log that spans have too. */
const TRACED = ['request_id', 'reason', 'issuer', 'tenant', 'client_id', 'resource', 'scopes']

/** What an event is counted by: few values each, whatever anybody sends. */
export function countedAttributes(event: AuditEvent): Attributes {
  return known({
    'gatehouse.event': event.type,
    'gatehouse.service': 'service' in event ? event.service : undefined,
    'error.type': errorType(event),
    'http.request.method': 'method' in event ? httpMethod(event.method) : undefined,
    'http.response.status_code': 'status' in event ? event.status : undefined,
    'mcp.method.name': mcpMethod(operationsOf(event)),
  })
}

/**
 * What a span says of an event: what it is counted by, and what is one request's alone, as the audit
 * log has it.
 *
 * @param pseudonym Without one, nothing is said of the user.
 */
export function tracedAttributes(event: AuditEvent, pseudonym: Pseudonym | undefined): Attributes {
  const record = toAuditRecord(event, pseudonym ?? (() => ''))
  const facts = TRACED.map((name) => [`gatehouse.${name}`, record[name]] as const)
  return known({
    ...countedAttributes(event),
    ...(Object.fromEntries(facts) as Attributes),
    ...targetOf(record),
    'enduser.pseudo.id': (record['subject'] as string | undefined) || undefined,
  })
}

function errorType(event: AuditEvent): string | undefined {
  if ('reason' in event) return OWN_REASONS.has(event.type) ? event.reason : OTHER
  if (!('error' in event) || event.error === undefined) return undefined
  return event.error instanceof GatehouseError ? event.error.code : OTHER
}

function httpMethod(method: string): string {
  return HTTP_METHODS.has(method) ? method : OTHER
}

function operationsOf(event: AuditEvent): OperationFacts['operations'] {
  return ('operations' in event ? event.operations : undefined) ?? []
}

/** A method that names something has been read as what it is; others are as the client wrote them. */
function mcpMethod(operations: OperationFacts['operations']): string | undefined {
  const methods = operations.map(({ method, name }) =>
    name !== method || isKnownMethod(method) ? method : OTHER,
  )
  return new Set(methods).size === 1 ? methods[0] : undefined
}

function targetOf({ operations = [] }: Partial<OperationFacts>): Attributes {
  const [operation, another] = operations
  if (operation === undefined || another !== undefined) return {}
  if (operation.method === 'tools/call') return { 'gen_ai.tool.name': operation.name }
  return operation.method === 'prompts/get' ? { 'gen_ai.prompt.name': operation.name } : {}
}

function known(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined))
}
