export { jsonAnswer, withHeaders } from './answer.ts'
export type { AnswerHead, AnswerPlan, BodyRewriter, PlanAnswer } from './answer-plan.ts'
export { AnswerTooLargeError } from './answer-too-large.ts'
export { applyPlan } from './apply-plan.ts'
export { arrivedTarget, splitTarget } from './arrived-target.ts'
export {
  createMessageRewriter,
  isEventStream,
  type RewriteMessage,
} from './body-rewriter.ts'
export { type BodySource, keepingBody, takingBody } from './body-source.ts'
export { clientAddress } from './client-address.ts'
export { type ClientRequest, createClientFetch } from './client-fetch.ts'
export {
  type CorsPolicy,
  checkOrigin,
  corsHeaders,
  isPreflight,
  type OriginVerdict,
  preflightAnswer,
} from './cors.ts'
export { type AnswerRequest, fetchAnswer } from './fetch-answer.ts'
export {
  type Fetch,
  type FetchDocumentOptions,
  type FetchedDocument,
  fetchDocument,
  platformFetch,
} from './fetch-document.ts'
export { readForm, readWebForm } from './form.ts'
export { type AllowedHosts, isHostAllowed, parseHost } from './host.ts'
export { fromRequest, type InboundRequest, parseTarget } from './inbound-request.ts'
export { type JsonBody, peekJsonBody, readJsonEvents } from './json-body.ts'
export { bodyOf, fromIncomingMessage, sendResponse } from './node-request.ts'
export { openAnswer, REWRITTEN_BODY_DROPS } from './open-answer.ts'
