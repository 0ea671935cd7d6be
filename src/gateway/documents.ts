import { type InboundRequest, jsonAnswer } from '../http/index.ts'
import { buildJwksAnswer, type KeyRing } from '../keys/index.ts'
import type { RouteSettings } from './settings.ts'

/** What the gateway publishes beside its routes. */
export interface Documents {
  /** The answer to a request for a document; `undefined` for every other path. */
  answer(inbound: InboundRequest): Promise<Response | undefined>
  /** The keys that assertions are verified with (RFC 7517 §5). */
  jwks(): Promise<Response>
}

export const JWKS_PATH = '/.well-known/jwks.json'

/** Creates the documents: the metadata of each route at its own path, and the keys. */
export function createDocuments(
  routes: readonly RouteSettings[],
  rings: readonly KeyRing[],
): Documents {
  const jwks = (): Promise<Response> => buildJwksAnswer(rings)
  return {
    jwks,
    async answer(inbound) {
      if (inbound.path === JWKS_PATH && rings.length > 0) {
        const isRead = inbound.method === 'GET' || inbound.method === 'HEAD'
        return isRead ? jwks() : methodNotAllowed()
      }
      for (const { gatehouse } of routes) {
        const answer = await gatehouse.inspectMetadata(inbound)
        if (answer !== undefined) return answer
      }
      return undefined
    },
  }
}

function methodNotAllowed(): Response {
  const body = { error: 'invalid_request', error_description: 'Keys are read with GET.' }
  return jsonAnswer(405, body, { Allow: 'GET, HEAD' })
}
