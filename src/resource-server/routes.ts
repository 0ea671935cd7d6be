import { type InboundRequest, jsonAnswer, preflightAnswer } from '../http/index.ts'
import type { PublishedDocument } from './options/index.ts'

const PUBLIC_CORS = { origins: '*', credentials: false } as const

/** Where clients look for metadata (RFC 9728 §3, RFC 8414 §3, OpenID Connect Discovery §4). */
const PROBED_PATH =
  /^\/\.well-known\/(?:oauth-protected-resource|oauth-authorization-server|openid-configuration)(?:\/|$)/

/** Whether clients probe this path for metadata: where there is none they need a 404, no challenge. */
export function isProbedPath(path: string): boolean {
  return PROBED_PATH.test(path)
}

/** Answers a request for a document. */
export async function answerDocument(
  request: InboundRequest,
  document: PublishedDocument,
): Promise<Response> {
  switch (request.method) {
    case 'GET':
      return jsonAnswer(200, await document.read(), publicHeaders(document))
    case 'HEAD': {
      const { headers } = jsonAnswer(200, await document.read(), publicHeaders(document))
      return new Response(null, { headers })
    }
    case 'OPTIONS':
      return preflightAnswer(request, '*', PUBLIC_CORS)
    default:
      return jsonAnswer(
        405,
        { error: 'invalid_request', error_description: 'Metadata is read with GET.' },
        { 'Access-Control-Allow-Origin': '*', Allow: 'GET, HEAD, OPTIONS' },
      )
  }
}

/** What is published is public: any page may read it, and no credentials are involved. */
function publicHeaders({
  contentType,
  maxAgeSeconds,
}: PublishedDocument): Readonly<Record<string, string>> {
  return {
    'Access-Control-Allow-Origin': '*',
    'Content-Type': contentType,
    'Cache-Control': `public, max-age=${maxAgeSeconds}`,
  }
}
