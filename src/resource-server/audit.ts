import { clientAddress, type InboundRequest } from '../http/index.ts'
import type { Messages } from '../mcp/index.ts'
import type {
  AuditEvent,
  CallerFacts,
  OperationFacts,
  RequestFacts,
} from '../observability/index.ts'
import type { Principal } from '../principal/index.ts'
import { randomId } from '../runtime/index.ts'
import type { Settings } from './options/index.ts'
import { type Refusal, refusalReason } from './refusal.ts'
import type { Elevation } from './step-ups.ts'

/** Tells the audit sink how a request ended; a second time where its answer was refused. */
export interface Audit {
  allowed(
    request: InboundRequest,
    allowed: { readonly principal: Principal<unknown>; readonly messages: Messages | undefined },
    elevation: Elevation | undefined,
  ): void
  /** Returns what the request is called in its event; `undefined` without a sink. */
  refused(request: InboundRequest, refusal: Refusal, status: number): string | undefined
  public(request: InboundRequest, what: 'metadata' | 'preflight'): void
}

/** Creates the audit of one resource server. Without a sink nothing is put together. */
export function createAudit(
  settings: Pick<
    Settings<unknown>,
    'clock' | 'correlationId' | 'emit' | 'isAudited' | 'resource' | 'trustedProxyHops'
  >,
): Audit {
  const { clock, correlationId, emit, isAudited, resource, trustedProxyHops } = settings

  /** A request that was let through may still be refused, when its answer begins. */
  const names = new WeakMap<InboundRequest, string>()

  function nameOf(request: InboundRequest): string {
    const known = names.get(request)
    if (known !== undefined) return known
    const name = nameRequest(request, correlationId)
    names.set(request, name)
    return name
  }

  function factsOf(request: InboundRequest): RequestFacts {
    return {
      correlationId: nameOf(request),
      at: clock.now(),
      resource,
      method: request.method,
      path: request.path,
      address: clientAddress(request, trustedProxyHops),
    }
  }

  return {
    allowed(request, { principal, messages }, elevation) {
      if (!isAudited) return
      const facts = { ...factsOf(request), ...callerOf(principal) }
      if (elevation !== undefined) emit({ type: 'scope.elevated', ...facts, ...elevation })
      emit({ type: 'auth.allow', ...facts, ...operationsOf(messages) })
    },
    refused(request, refusal, status) {
      if (!isAudited) return undefined
      const facts = factsOf(request)
      emit(refusalEvent(refusal, facts, status))
      return facts.correlationId
    },
    public(request, what) {
      if (isAudited) emit({ type: 'public', what, ...factsOf(request) })
    },
  }
}

function refusalEvent(refusal: Refusal, request: RequestFacts, status: number): AuditEvent {
  if (refusal.kind === 'unavailable') {
    return { type: 'dep.unavailable', ...request, error: refusal.error }
  }
  const caller = 'principal' in refusal ? callerOf(refusal.principal) : {}
  const operations = 'messages' in refusal ? operationsOf(refusal.messages) : {}
  const facts = { ...request, ...caller, ...operations }
  if (refusal.kind === 'policy_failed') {
    return { type: 'policy.error', ...facts, status, error: refusal.error }
  }
  const scopes = 'scopes' in refusal ? { scopes: refusal.scopes } : {}
  const claims = refusal.kind === 'claims' ? { claims: refusal.claims } : {}
  return {
    type: 'auth.deny',
    ...facts,
    ...scopes,
    ...claims,
    reason: refusalReason(refusal),
    status,
  }
}

function operationsOf(messages: Messages | undefined): Partial<OperationFacts> {
  if (messages === undefined) return {}
  return { operations: messages.operations.map(({ method, name }) => ({ method, name })) }
}

/** The callback is code of the user: where it fails, the request still gets a name. */
function nameRequest(
  request: InboundRequest,
  correlationId: Settings<unknown>['correlationId'],
): string {
  try {
    const name = correlationId?.((field) => request.header(field)[0])
    if (typeof name === 'string' && name !== '') return name
  } catch {
    // Falls through to a name of our own.
  }
  return randomId()
}

function callerOf(principal: Principal<unknown>): CallerFacts {
  const { issuer, subject, clientId, tenant } = principal
  return { issuer, subject, clientId, tenant }
}
