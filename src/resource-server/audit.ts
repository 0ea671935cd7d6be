import { clientAddress, type InboundRequest } from '../http/index.ts'
import type { CallerFacts, RequestFacts } from '../observability/index.ts'
import type { Principal } from '../principal/index.ts'
import { randomId } from '../runtime/index.ts'
import type { Settings } from './options/index.ts'
import { type Refusal, refusalReason } from './refusal.ts'

/** Tells the audit sink how a request ended; called once per request. */
export interface Audit {
  allowed(request: InboundRequest, principal: Principal<unknown>): void
  refused(request: InboundRequest, refusal: Refusal, status: number): void
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

  function factsOf(request: InboundRequest): RequestFacts {
    return {
      correlationId: nameRequest(request, correlationId),
      at: clock.now(),
      resource,
      method: request.method,
      path: request.path,
      address: clientAddress(request, trustedProxyHops),
    }
  }

  return {
    allowed(request, principal) {
      if (!isAudited) return
      emit({ type: 'auth.allow', ...factsOf(request), ...callerOf(principal) })
    },
    refused(request, refusal, status) {
      if (!isAudited) return
      const facts = factsOf(request)
      if (refusal.kind === 'unavailable') {
        emit({ type: 'dep.unavailable', ...facts, error: refusal.error })
        return
      }
      const reason = refusalReason(refusal)
      const caller = refusal.kind === 'scope' ? callerOf(refusal.principal) : {}
      emit({ type: 'auth.deny', ...facts, reason, status, ...caller })
    },
    public(request, what) {
      if (isAudited) emit({ type: 'public', what, ...factsOf(request) })
    },
  }
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
