import { type InboundRequest, jsonAnswer, preflightAnswer } from '../http/index.ts'
import type { Settings } from './options/index.ts'

/** How long the metadata may be kept (RFC 9728 §3.2 leaves it to us; §7.10 wants it bounded). */
const METADATA_MAX_AGE_SECONDS = 3_600

// Metadata is public: any page may read it, and no credentials are involved.
const PUBLIC_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Cache-Control': `public, max-age=${METADATA_MAX_AGE_SECONDS}`,
}
const PUBLIC_CORS = { origins: '*', credentials: false } as const

/** Where clients look for metadata (RFC 9728 §3, RFC 8414 §3, OpenID Connect Discovery §4). */
const PROBED_PATH =
  /^\/\.well-known\/(?:oauth-protected-resource|oauth-authorization-server|openid-configuration)(?:\/|$)/

/** Reads a document that this server publishes. */
export type ReadDocument = () => Promise<unknown>

/** The document at a path, compared exactly; `undefined` for every other path. */
export function findDocument(
  path: string,
  settings: Pick<Settings<unknown>, 'metadata' | 'metadataPaths' | 'mirrorPaths' | 'servers'>,
): ReadDocument | undefined {
  if (settings.metadataPaths.has(path)) return () => Promise.resolve(settings.metadata)
  const [first] = settings.servers
  return settings.mirrorPaths.has(path) && first !== undefined ? () => first.metadata() : undefined
}

/** Whether clients probe this path for metadata: where there is none they need a 404, no challenge. */
export function isProbedPath(path: string): boolean {
  return PROBED_PATH.test(path)
}

/** Answers a request for a document. */
export async function answerDocument(
  request: InboundRequest,
  read: ReadDocument,
): Promise<Response> {
  switch (request.method) {
    case 'GET':
      return jsonAnswer(200, await read(), PUBLIC_HEADERS)
    case 'HEAD': {
      const { headers } = jsonAnswer(200, await read(), PUBLIC_HEADERS)
      return new Response(null, { headers })
    }
    case 'OPTIONS':
      return preflightAnswer(request, '*', PUBLIC_CORS)
    default:
      return jsonAnswer(
        405,
        { error: 'invalid_request', error_description: 'Metadata is read with GET.' },
        { ...PUBLIC_HEADERS, 'Cache-Control': 'no-store', Allow: 'GET, HEAD, OPTIONS' },
      )
  }
}
