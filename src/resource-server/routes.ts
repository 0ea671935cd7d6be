import { type InboundRequest, jsonAnswer, preflightAnswer } from '../http/index.ts'
import type { Settings } from './options/index.ts'

/** How long the metadata may be kept (RFC 9728 §3.2 leaves it to us; §7.10 wants it bounded). */
const METADATA_MAX_AGE_SECONDS = 3_600

// Metadata is public: any page may read it, and no credentials are involved.
const PUBLIC_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Cache-Control': `public, max-age=${METADATA_MAX_AGE_SECONDS}`,
}

/** Answers metadata requests; `undefined` for every other path. Paths are compared exactly. */
export async function answerMetadata(
  request: InboundRequest,
  settings: Pick<Settings<unknown>, 'metadata' | 'metadataPaths' | 'mirrorPaths' | 'servers'>,
): Promise<Response | undefined> {
  if (settings.metadataPaths.has(request.path)) {
    return documentAnswer(request, () => Promise.resolve(settings.metadata))
  }
  const [first] = settings.servers
  if (settings.mirrorPaths.has(request.path) && first !== undefined) {
    return documentAnswer(request, () => first.metadata())
  }
  return undefined
}

async function documentAnswer(
  request: InboundRequest,
  read: () => Promise<unknown>,
): Promise<Response> {
  const { method } = request
  if (method === 'GET') return jsonAnswer(200, await read(), PUBLIC_HEADERS)
  if (method === 'HEAD') {
    const { headers } = jsonAnswer(200, await read(), PUBLIC_HEADERS)
    return new Response(null, { headers })
  }
  if (method === 'OPTIONS') return preflightAnswer(request, '*', PUBLIC_CORS)
  return jsonAnswer(
    405,
    { error: 'invalid_request', error_description: 'Metadata is read with GET.' },
    { ...PUBLIC_HEADERS, 'Cache-Control': 'no-store', Allow: 'GET, HEAD, OPTIONS' },
  )
}

const PUBLIC_CORS = { origins: '*', credentials: false } as const
