import { UpstreamError } from '../errors/index.ts'
import { type FetchDocumentOptions, fetchDocument } from '../http/index.ts'
import type { ServerMetadata } from '../oauth/index.ts'
import type { Emit } from '../observability/index.ts'
import type { Clock } from '../runtime/index.ts'
import { type KeyHint, type KeySelection, type KeySet, parseKeySet } from './key-set.ts'
import { createRefreshedValue, type Loaded, type Versioned } from './refreshed-value.ts'
import {
  loadServerMetadata,
  parseServerMetadata,
  type ServerMetadataOptions,
} from './server-metadata-source.ts'

/** How an authorization server is reached. */
export interface RemoteAuthorizationServerOptions extends Omit<ServerMetadataOptions, 'fetch'> {
  /** The metadata itself, where it is configured and not fetched. */
  readonly metadata: Readonly<Record<string, unknown>> | undefined
  /** The key set's URL; left out, it comes from the metadata. */
  readonly jwksUri: string | undefined
  readonly fetch: FetchDocumentOptions
  readonly clock: Clock
  readonly emit: Emit
}

/** One authorization server, seen from a resource server: its metadata and its keys. */
export interface RemoteAuthorizationServer {
  readonly issuer: string
  /** @throws {UpstreamError} when it cannot be read */
  metadata(): Promise<ServerMetadata>
  /**
   * The key for a token's header, and the version of the keys that it is from.
   *
   * @returns `unknown` only if the keys are certain: were they read after a look-up failed.
   * @throws {UpstreamError} when the keys cannot be read, so that nothing can be said
   */
  selectKey(hint: KeyHint): Promise<KeySelection & { readonly version: number }>
  /** Grows whenever the keys have changed. */
  readonly keysVersion: number
  /** Whether the keys may be used without looking again. */
  areKeysFresh(): boolean
  /** @throws {UpstreamError} when metadata or keys cannot be read */
  warmUp(): Promise<void>
  /** Forgets the keys: after a compromise, instead of waiting for their age to run out. */
  purgeKeys(): void
}

/** At most one read per issuer in this time, however many unknown `kid`s arrive. */
const UNKNOWN_KID_COOLDOWN_SECONDS = 30

/** Creates the view of one authorization server. Nothing is fetched until it is needed. */
export function createRemoteAuthorizationServer(
  options: RemoteAuthorizationServerOptions,
): RemoteAuthorizationServer {
  const { issuer, clock, emit } = options
  const onBackgroundFailure = (error: Error): void =>
    emit({ type: 'discovery.failed', at: clock.now(), issuer, error })

  const metadata = createRefreshedValue<ServerMetadata>({
    load: () => readMetadata(options),
    clock,
    differs: (before, after) => before.jwks_uri !== after.jwks_uri,
    onBackgroundFailure,
  })
  const keys = createRefreshedValue<KeySet>({
    load: () => readKeys(options, async () => (await metadata.get()).value.jwks_uri),
    clock,
    differs: (before, after) => before.fingerprint !== after.fingerprint,
    onBackgroundFailure,
    onStale: (error) => emit({ type: 'jwks.stale', at: clock.now(), issuer, error }),
  })

  return {
    issuer,
    metadata: async () => (await metadata.get()).value,
    async selectKey(hint) {
      const present = await keys.get()
      const selection = await select(present, hint)
      if (selection.kind !== 'unknown') return selection
      const refreshed = await keys.refresh(UNKNOWN_KID_COOLDOWN_SECONDS)
      if (refreshed === undefined && keys.hasFailed()) throw keysUnavailable(issuer)
      // Another request may have read newer keys since this one looked.
      const latest = refreshed ?? (await keys.get())
      return latest.version === present.version ? selection : select(latest, hint)
    },
    get keysVersion() {
      return keys.version
    },
    areKeysFresh: () => keys.isFresh(),
    async warmUp() {
      await keys.get()
    },
    purgeKeys: () => keys.purge(),
  }
}

async function select(
  { value, version }: Versioned<KeySet>,
  hint: KeyHint,
): Promise<KeySelection & { readonly version: number }> {
  return { ...(await value.select(hint)), version }
}

async function readMetadata(
  options: RemoteAuthorizationServerOptions,
): Promise<Loaded<ServerMetadata>> {
  if (options.metadata === undefined) return loadServerMetadata(options)
  return { value: parseServerMetadata(options.metadata, options), maxAgeSeconds: undefined }
}

async function readKeys(
  options: RemoteAuthorizationServerOptions,
  discoverJwksUri: () => Promise<string | undefined>,
): Promise<Loaded<KeySet>> {
  const { issuer, clock, emit } = options
  const jwksUri = options.jwksUri ?? (await discoverJwksUri())
  if (jwksUri === undefined) {
    throw new UpstreamError('ERR_UPSTREAM_METADATA_INVALID', `jwks_uri of ${issuer}`, {
      retryable: false,
    })
  }
  const { document, maxAgeSeconds } = await fetchDocument(jwksUri, options.fetch)
  try {
    return { value: parseKeySet(document, jwksUri), maxAgeSeconds }
  } catch (error) {
    if (error instanceof UpstreamError && error.code === 'ERR_UPSTREAM_JWKS_PRIVATE_MATERIAL') {
      emit({ type: 'jwks.private_material', at: clock.now(), issuer, error })
    }
    throw error
  }
}

function keysUnavailable(issuer: string): UpstreamError {
  return new UpstreamError('ERR_UPSTREAM_UNREACHABLE', `Keys of ${issuer}`, { retryable: true })
}
