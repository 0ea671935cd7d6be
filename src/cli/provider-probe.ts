import { loadServerMetadata, parseKeySet } from '../discovery/index.ts'
import { UpstreamError } from '../errors/index.ts'
import { type Fetch, fetchDocument } from '../http/index.ts'
import type { ServerMetadata } from '../oauth/index.ts'

/** What one well-known location answered. */
export interface ProbedLocation {
  readonly url: string
  /** `undefined` where there was no answer. */
  readonly status: number | undefined
  readonly contentType: string | undefined
  /** Whether a web page of another origin may read it. */
  readonly allowsPages: boolean
}

/** What an authorization server shows to everybody. */
export interface ProviderProbe {
  readonly issuer: string
  /** In the order in which they were asked, up to the one that counts. */
  readonly locations: readonly ProbedLocation[]
  readonly metadata: ServerMetadata | UpstreamError
  /** The number of keys; `undefined` where nothing says where they are. */
  readonly keys: number | UpstreamError | undefined
}

/** A page that nobody has heard of, as a client that runs in a browser is one. */
const FOREIGN_ORIGIN = 'https://client.example'

/** Asks an authorization server for its metadata and keys, as a resource server does. */
export async function probeProvider(
  issuer: string,
  allowInsecureLoopback: boolean,
): Promise<ProviderProbe> {
  const locations: ProbedLocation[] = []
  const fetch: Fetch = async (url, init) => {
    const index = locations.push(describeAnswer(url, undefined)) - 1
    const headers = new Headers(init.headers)
    headers.set('Origin', FOREIGN_ORIGIN)
    const response = await globalThis.fetch(url, { ...init, headers })
    locations[index] = describeAnswer(url, response)
    return response
  }
  const metadata = await orFailure(async () => {
    const source = { issuer, metadataUrl: undefined, transformMetadata: undefined }
    return (await loadServerMetadata({ ...source, allowInsecureLoopback, fetch: { fetch } })).value
  })
  const jwksUri = metadata instanceof UpstreamError ? undefined : metadata.jwks_uri
  const keys = jwksUri === undefined ? undefined : await orFailure(() => countKeys(jwksUri))
  return { issuer, locations, metadata, keys }
}

function describeAnswer(url: string, response: Response | undefined): ProbedLocation {
  const allowed = response?.headers.get('access-control-allow-origin')
  return {
    url,
    status: response?.status,
    contentType: response?.headers.get('content-type')?.split(';', 1)[0],
    allowsPages: allowed === '*' || allowed === FOREIGN_ORIGIN,
  }
}

async function countKeys(jwksUri: string): Promise<number> {
  const { document } = await fetchDocument(jwksUri)
  parseKeySet(document, jwksUri)
  return Array.isArray(document['keys']) ? document['keys'].length : 0
}

/** The code of the failure beneath an error, such as `ECONNREFUSED`. */
export function failureCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const isOurs = code === undefined || error instanceof UpstreamError
  return isOurs ? failureCode(error.cause) : code
}

async function orFailure<Result>(read: () => Promise<Result>): Promise<Result | UpstreamError> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof UpstreamError) return error
    throw error
  }
}
