import {
  checkOrigin,
  corsHeaders,
  type InboundRequest,
  isHostAllowed,
  isPreflight,
  type OriginVerdict,
  preflightAnswer,
} from '../http/index.ts'
import { requestIdOf } from '../mcp/index.ts'
import { missingScopes, parseBearerToken } from '../oauth/index.ts'
import type { Principal } from '../principal/index.ts'
import { createAudit } from './audit.ts'
import type { Settings } from './options/index.ts'
import { type Refusal, refusalAnswer } from './refusal.ts'
import { answerMetadata } from './routes.ts'
import { type AdmittedToken, createTokenAdmission } from './token-admission.ts'

/** A request that may go on to the handler. */
export interface Passage<Claims> {
  readonly token: string
  readonly principal: Principal<Claims>
  /** Seconds since the epoch. */
  readonly expiresAt: number
  /** Fields that the answer needs so that the page that asked can read it. */
  readonly headers: Readonly<Record<string, string>>
}

/** Reads the JSON body of a request that is being refused; `undefined` where there is none. */
export type ReadBody = () => Promise<unknown>

/** The way of a request: a passage, or the answer to send instead. */
export type Gate<Claims> = (
  request: InboundRequest,
  readBody: ReadBody,
) => Promise<Passage<Claims> | Response>

const NO_HEADERS: Readonly<Record<string, string>> = {}

/** Creates the gate: the stations of DESIGN.md §4 in their order, one audit event at the end. */
export function createGate<Claims>(settings: Settings<Claims>): Gate<Claims> {
  const admit = createTokenAdmission(settings)
  const audit = createAudit(settings)

  async function decide(
    request: InboundRequest,
    readBody: ReadBody,
  ): Promise<(AdmittedToken<Claims> & { token: string }) | Refusal> {
    if (request.method === 'POST' && !isJson(request) && request.hasBody()) {
      return { kind: 'content_type' }
    }
    const credentials = parseBearerToken(request.header('authorization'))
    if (credentials.kind === 'absent') return { kind: 'no_credentials' }
    if (credentials.kind === 'malformed' || request.hasQueryToken) {
      return { kind: 'malformed_credentials' }
    }
    const { token } = credentials
    const admitted = await admit(token)
    if (!admitted.ok) return { kind: 'token', reason: admitted.reason }
    const { principal, expiresAt } = admitted.value
    if (missingScopes(principal.scopes, settings.requiredScopes).length > 0) {
      return { kind: 'scope', requestId: requestIdOf(await readBody()), principal }
    }
    return { token, principal, expiresAt }
  }

  return async (request, readBody) => {
    const origin = checkOrigin(request, settings.cors)
    const refuse = (refusal: Refusal): Response => {
      const answer = refusalAnswer(refusal, settings)
      audit.refused(request, refusal, answer.status)
      return withCors(answer, origin, settings)
    }
    try {
      if (!isHostAllowed(request, settings.allowedHosts)) return refuse({ kind: 'host' })
      const metadata = await answerMetadata(request, settings)
      if (metadata !== undefined) {
        audit.public(request, 'metadata')
        return metadata
      }
      if (origin.kind === 'refused') return refuse({ kind: 'origin' })
      if (origin.kind === 'allowed' && isPreflight(request)) {
        audit.public(request, 'preflight')
        return preflightAnswer(request, origin.origin, settings.cors)
      }
      const decision = await decide(request, readBody)
      if ('kind' in decision) return refuse(decision)
      audit.allowed(request, decision.principal)
      return { ...decision, headers: corsFor(origin, settings) }
    } catch (error) {
      // Only what the decision depends on throws; a mistake of this package must fail closed too.
      return refuse({ kind: 'unavailable', error: error as Error })
    }
  }
}

function isJson(request: InboundRequest): boolean {
  const [type = '', second] = request.header('content-type')
  return second === undefined && /^application\/json\s*(?:;|$)/i.test(type)
}

function corsFor(
  origin: OriginVerdict,
  { cors }: Pick<Settings<unknown>, 'cors'>,
): Readonly<Record<string, string>> {
  return origin.kind === 'allowed' ? corsHeaders(origin.origin, cors) : NO_HEADERS
}

function withCors(
  answer: Response,
  origin: OriginVerdict,
  settings: Pick<Settings<unknown>, 'cors'>,
): Response {
  for (const [name, value] of Object.entries(corsFor(origin, settings))) {
    answer.headers.set(name, value)
  }
  return answer
}
