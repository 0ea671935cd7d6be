import type { RemoteAuthorizationServer } from '../../discovery/index.ts'
import type { KeyRing } from '../../keys/index.ts'
import { type ProtectedResourceMetadata, wellKnownUrl } from '../../oauth/index.ts'
import { configError, requireType } from '../../options/index.ts'
import type { ResourceServerOptions } from './options.ts'
import { type Warn, warnAboutMirror } from './parse-metadata.ts'
import type { PublishedDocument } from './settings.ts'

export const RESOURCE_METADATA = 'oauth-protected-resource'
const SERVER_METADATA = 'oauth-authorization-server'
const KEYS_PATH = '/.well-known/jwks.json'
const OPENID_CONFIGURATION_PATH = '/.well-known/openid-configuration'

/** How long metadata may be kept (RFC 9728 §3.2 leaves it to us; §7.10 wants it bounded). */
const METADATA_MAX_AGE_SECONDS = 3_600
/** What has to pass between two rotations, so that everybody has seen the next key. */
const KEYS_MAX_AGE_SECONDS = 600

/** What decides about the documents beside the options. */
interface Known {
  /** Of the resource. */
  readonly url: URL
  readonly metadata: ProtectedResourceMetadata
  readonly requiredClaims: readonly string[]
  readonly servers: readonly RemoteAuthorizationServer[]
  readonly warn: Warn
}

type DocumentOptions = Pick<
  ResourceServerOptions,
  'claimsAsScopes' | 'metadataAtRoot' | 'mirrorServerMetadata' | 'publishedKeys'
>

/**
 * The documents that are served, by their exact path. What other clients take for metadata of an
 * authorization server has one owner on this origin.
 *
 * @throws {ConfigError} `ERR_CONFIG_OPTIONS_CONFLICT`, `ERR_CONFIG_OPTION_TYPE`
 */
export function buildDocuments(
  options: DocumentOptions,
  { url, metadata, requiredClaims, servers, warn }: Known,
): ReadonlyMap<string, PublishedDocument> {
  const { claimsAsScopes, metadataAtRoot, mirrorServerMetadata, publishedKeys } = options
  const documents = new Map<string, PublishedDocument>()
  for (const path of pathsOf(url, RESOURCE_METADATA, metadataAtRoot === true)) {
    documents.set(
      path,
      json(async () => metadata),
    )
  }
  const [first] = servers
  if (mirrorServerMetadata === true && first !== undefined) {
    warnAboutMirror(warn)
    const mirror = json(() => first.metadata())
    for (const path of pathsOf(url, SERVER_METADATA, true)) documents.set(path, mirror)
  }
  if (claimsAsScopes === true && requiredClaims.length === 0) {
    throw configError('ERR_CONFIG_OPTIONS_CONFLICT', 'claimsAsScopes (needs requiredClaims)')
  }
  if (publishedKeys === undefined) return documents
  documents.set(KEYS_PATH, keysDocument(publishedKeys))
  if (claimsAsScopes !== true) return documents
  if (mirrorServerMetadata === true) {
    const path = `mirrorServerMetadata and claimsAsScopes (${OPENID_CONFIGURATION_PATH})`
    throw configError('ERR_CONFIG_OPTIONS_CONFLICT', path)
  }
  const issuer = url.origin
  const configuration = {
    issuer,
    jwks_uri: `${issuer}${KEYS_PATH}`,
    scopes_supported: requiredClaims,
  }
  return documents.set(
    OPENID_CONFIGURATION_PATH,
    json(async () => configuration),
  )
}

function pathsOf(url: URL, name: string, atRoot: boolean): readonly string[] {
  const inserted = new URL(wellKnownUrl(url, name)).pathname
  return atRoot ? [inserted, `/.well-known/${name}`] : [inserted]
}

function json(read: () => Promise<unknown>): PublishedDocument {
  return { read, contentType: 'application/json', maxAgeSeconds: METADATA_MAX_AGE_SECONDS }
}

function keysDocument(rings: readonly KeyRing[]): PublishedDocument {
  requireType(Array.isArray(rings), 'publishedKeys', 'an array of key rings')
  for (const [index, ring] of rings.entries()) {
    const path = `publishedKeys[${index}]`
    const isAsymmetric = ring?.use === 'encryption' || ring?.use === 'signing'
    requireType(isAsymmetric, path, 'a key ring for encryption or signing')
    if (ring.isWithheld()) {
      throw configError('ERR_CONFIG_OPTIONS_CONFLICT', `${path} and publishesKey: false`)
    }
  }
  return {
    async read() {
      const sets = await Promise.all(rings.map((ring) => ring.publicJwks()))
      return { keys: sets.flatMap(({ keys }) => keys) }
    },
    contentType: 'application/jwk-set+json',
    maxAgeSeconds: KEYS_MAX_AGE_SECONDS,
  }
}
