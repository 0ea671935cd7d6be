import {
  checkOrigin,
  corsHeaders,
  type InboundRequest,
  isHostAllowed,
  isPreflight,
  type OriginVerdict,
  preflightAnswer,
  withHeaders,
} from '../http/index.ts'
import { requestIdOf } from '../mcp/index.ts'
import { missingScopes, parseBearerToken } from '../oauth/index.ts'
import type { AcceptedToken } from '../principal/index.ts'
import { createAudit } from './audit.ts'
import type { Settings } from './options/index.ts'
import { type Refusal, refusalAnswer } from './refusal.ts'
import { answerDocument, findDocument, isProbedPath } from './routes.ts'
import { createTokenAdmission } from './token-admission.ts'

/** A request that may go on to the handler. */
export interface Passage<Claims> extends AcceptedToken<Claims> {
  /** Fields that the answer needs so that the page that asked can read it. */
  readonly headers: Readonly<Record<string, string>>
}

/** Reads the JSON body of a request that is being refused; `undefined` where there is none. */
export type ReadBody = () => Promise<unknown>

/** The way of a request. Neither function throws. */
export interface Gate<Claims> {
  /** A passage, or the answer to send instead: a refusal, the metadata, a preflight's. */
  inspect(request: InboundRequest, readBody: ReadBody): Promise<Passage<Claims> | Response>
  /** The answer to a request for the metadata; `undefined` for every other path. */
  serveMetadata(request: InboundRequest): Promise<Response | undefined>
}

const NO_HEADERS: Readonly<Record<string, string>> = {}

/** Creates the gate: the stations of DESIGN.md §4 in their order, one audit event at the end. */
export function createGate<Claims>(settings: Settings<Claims>): Gate<Claims> {
  const decide = createDecision(settings)
  const audit = createAudit(settings)

  /** Runs the stations; whatever throws on the way is something that is needed and broken. */
  async function answering<Result>(
    request: InboundRequest,
    stations: (refuse: (refusal: Refusal) => Response) => Promise<Result>,
  ): Promise<Result | Response> {
    const refuse = (refusal: Refusal): Response => {
      const answer = refusalAnswer(refusal, settings)
      audit.refused(request, refusal, answer.status)
      return withHeaders(answer, corsFor(checkOrigin(request, settings.cors), settings))
    }
    try {
      if (!isHostAllowed(request, settings.allowedHosts)) return refuse({ kind: 'host' })
      return await stations(refuse)
    } catch (error) {
      return refuse({ kind: 'unavailable', error: toError(error) })
    }
  }

  function serveMetadata(request: InboundRequest): Promise<Response> | undefined {
    const document = findDocument(request.path, settings)
    if (document === undefined) return undefined
    return answering(request, async () => {
      const answer = await answerDocument(request, document)
      audit.public(request, 'metadata')
      return answer
    })
  }

  return {
    serveMetadata: async (request) => serveMetadata(request),
    inspect(request, readBody) {
      const metadata = serveMetadata(request)
      if (metadata !== undefined) return metadata
      return answering(request, async (refuse) => {
        if (isProbedPath(request.path)) return refuse({ kind: 'not_found' })
        const origin = checkOrigin(request, settings.cors)
        if (origin.kind === 'refused') return refuse({ kind: 'origin' })
        if (origin.kind === 'allowed' && isPreflight(request)) {
          audit.public(request, 'preflight')
          return preflightAnswer(request, origin.origin, settings.cors)
        }
        const decision = await decide(request, readBody)
        if ('kind' in decision) return refuse(decision)
        audit.allowed(request, decision.principal)
        return { ...decision, headers: corsFor(origin, settings) }
      })
    },
  }
}

/** Decides about a request that is neither for metadata nor a preflight. */
type Decide<Claims> = (
  request: InboundRequest,
  readBody: ReadBody,
) => Promise<AcceptedToken<Claims> | Refusal>

function createDecision<Claims>(settings: Settings<Claims>): Decide<Claims> {
  const admit = createTokenAdmission(settings)
  return async (request, readBody) => {
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
}

function toError(thrown: unknown): Error {
  // An error of another realm is one, too.
  const isError = Object.prototype.toString.call(thrown) === '[object Error]'
  return isError ? (thrown as Error) : new Error('thrown value', { cause: thrown })
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
