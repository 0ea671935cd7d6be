export { jsonAnswer, withHeaders } from './answer.ts'
export { clientAddress } from './client-address.ts'
export {
  type CorsPolicy,
  checkOrigin,
  corsHeaders,
  isPreflight,
  type OriginVerdict,
  preflightAnswer,
} from './cors.ts'
export {
  type Fetch,
  type FetchDocumentOptions,
  type FetchedDocument,
  fetchDocument,
} from './fetch-document.ts'
export { type AllowedHosts, isHostAllowed, parseHost } from './host.ts'
export { fromRequest, type InboundRequest, parseTarget } from './inbound-request.ts'
export { peekJsonBody, readJsonEvents, readJsonRequest } from './json-body.ts'
export { readMessage } from './read-message.ts'
