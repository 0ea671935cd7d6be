import {
  type BodySource,
  checkOrigin,
  corsHeaders,
  type InboundRequest,
  isHostAllowed,
  isPreflight,
  type OriginVerdict,
  preflightAnswer,
  withHeaders,
} from '../http/index.ts'
import { parseAccessToken, type TokenScheme } from '../oauth/index.ts'
import { type Accompaniment, createAnswerRules } from './answer-rules.ts'
import { createAudit } from './audit.ts'
import type { GateState } from './gate-state.ts'
import type { Settings } from './options/index.ts'
import { inWordsOfIssuer, type Refusal, refusalAnswer } from './refusal.ts'
import { type AllowedRequest, createDecision } from './request-decision.ts'
import { answerDocument, isProbedPath } from './routes.ts'

/** A request that may go on to the handler. */
export interface Passage<Claims> extends AllowedRequest<Claims>, Accompaniment {
  /** Fields of the answer: what the page that asked needs to read it, and the next nonce. */
  readonly headers: Readonly<Record<string, string>>
}

/** The way of a request. Neither function throws. */
export interface Gate<Claims> {
  /** A passage, or the answer to send instead: a refusal, the metadata, a preflight's. */
  inspect(request: InboundRequest, body: BodySource): Promise<Passage<Claims> | Response>
  /** The answer to a request for the metadata; `undefined` for every other path. */
  serveMetadata(request: InboundRequest): Promise<Response | undefined>
}

const NO_HEADERS: Readonly<Record<string, string>> = {}

/** Creates the gate: the stations of DESIGN.md §4 in their order, one audit event at the end. */
export function createGate<Claims>(
  settings: Settings<Claims>,
  state: GateState<Claims>,
): Gate<Claims> {
  const decide = createDecision(settings, state)
  const accompany = createAnswerRules(settings, state)
  const audit = createAudit(settings)

  /** Runs the stations; whatever throws on the way is something that is needed and broken. */
  async function answering<Result>(
    request: InboundRequest,
    stations: (refuse: (refusal: Refusal) => Response) => Promise<Result>,
  ): Promise<Result | Response> {
    const refuse = (refusal: Refusal): Response => {
      const worded = inWordsOfIssuer(refusal, settings)
      const answer = refusalAnswer(worded, settings, schemeOf(request, settings))
      const correlationId = audit.refused(request, refusal, answer.status)
      if (refusal.kind === 'scope') {
        state.stepUps.challenged(refusal, refusal.scopes, correlationId)
      }
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
    const document = settings.documents.get(request.path)
    if (document === undefined) return undefined
    return answering(request, async () => {
      const answer = await answerDocument(request, document)
      audit.public(request, 'metadata')
      return answer
    })
  }

  return {
    serveMetadata: async (request) => serveMetadata(request),
    inspect(request, body) {
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
        const decision = await decide(request, body)
        if ('kind' in decision) return refuse(decision)
        audit.allowed(request, decision, state.stepUps.elevationOf(decision.principal))
        const { current, plan } = accompany(request, decision, refuse)
        const headers = withNonce(corsFor(origin, settings), decision.nextNonce)
        return { ...decision, current, plan, headers: withFields(headers, decision.limitHeaders) }
      })
    },
  }
}

function toError(thrown: unknown): Error {
  // An error of another realm is one, too.
  const isError = Object.prototype.toString.call(thrown) === '[object Error]'
  return isError ? (thrown as Error) : new Error('thrown value', { cause: thrown })
}

/** How the token of a request was presented: a challenge answers in the same scheme. */
function schemeOf(request: InboundRequest, { dpop }: Pick<Settings<unknown>, 'dpop'>): TokenScheme {
  if (dpop === undefined) return 'Bearer'
  const credentials = parseAccessToken(request.header('authorization'))
  return credentials.kind === 'token' ? credentials.scheme : 'Bearer'
}

/** RFC 9449 §9: also an answer that goes well can bring the next nonce. */
function withNonce(
  headers: Readonly<Record<string, string>>,
  nonce: string | undefined,
): Readonly<Record<string, string>> {
  return nonce === undefined ? headers : { ...headers, 'DPoP-Nonce': nonce }
}

function withFields(
  headers: Readonly<Record<string, string>>,
  fields: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  return fields === undefined ? headers : { ...headers, ...fields }
}

function corsFor(
  origin: OriginVerdict,
  { cors }: Pick<Settings<unknown>, 'cors'>,
): Readonly<Record<string, string>> {
  return origin.kind === 'allowed' ? corsHeaders(origin.origin, cors) : NO_HEADERS
}
