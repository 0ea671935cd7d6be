import type { RequestListener } from 'node:http'
import { sendResponse } from '../http/index.ts'
import { JWKS_PATH } from './documents.ts'
import type { Metrics } from './metrics.ts'
import { errorBody, sendOwnAnswer } from './own-answer.ts'

export interface AdminParts {
  readonly jwks: () => Promise<Response>
  readonly metrics: Metrics
  /** Whether requests are taken: from `listen` to `close`, whoever else is down. */
  readonly isReady: () => boolean
}

/** Creates what the admin listener answers: up, ready, counts and keys, and nothing else. */
export function createAdminListener({ jwks, metrics, isReady }: AdminParts): RequestListener {
  return (message, response) => {
    async function answer(): Promise<void> {
      if (message.method !== 'GET' && message.method !== 'HEAD') return notFound()
      switch (message.url ?? '') {
        case '/healthz':
          return sendOwnAnswer(response, 200, { status: 'up' })
        case '/readyz':
          return isReady()
            ? sendOwnAnswer(response, 200, { status: 'ready' })
            : sendOwnAnswer(response, 503, { status: 'draining' }, { 'retry-after': '5' })
        case JWKS_PATH:
          return sendResponse(await jwks(), response)
        case '/metrics': {
          const counts = await metrics.read()
          if (counts === undefined) return notFound()
          response.writeHead(200, { 'content-type': counts.contentType }).end(counts.text)
          return undefined
        }
        default:
          return notFound()
      }
    }
    const notFound = (): void =>
      sendOwnAnswer(response, 404, errorBody('not_found', 'There is nothing at this path.'))
    answer().catch(() => response.destroy())
  }
}
