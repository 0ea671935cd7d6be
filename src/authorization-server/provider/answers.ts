import type { KoaContextWithOIDC, default as Provider } from 'oidc-provider'
import { RETRY_AFTER_SECONDS } from '../../browser/index.ts'
import { GatehouseError, StorageError, UpstreamError } from '../../errors/index.ts'
import { buildClientRedirect } from '../../oauth/index.ts'
import type { ExtensionGrant } from '../grants/extension-grant.ts'
import type { Settings } from '../options/index.ts'
import { OPENID_SCOPES } from './resource-indicators.ts'

const USER_GRANT_TYPES = ['authorization_code', 'refresh_token'] as const
/** draft-ietf-oauth-identity-assertion-authz-grant §7.2. */
const ID_JAG_PROFILE = 'urn:ietf:params:oauth:grant-profile:id-jag'
const SUCCESS = ['code', 'state', 'iss'] as const
const FAILURE = ['error', 'error_description', 'state', 'iss'] as const

/** Puts right what `oidc-provider` answers: redirects, metadata, and outages. */
export function correctAnswers(
  provider: Provider,
  settings: Settings,
  extensions: readonly ExtensionGrant[],
): void {
  const redirects = new WeakMap<object, readonly string[]>()
  const faults = new WeakMap<object, unknown>()
  provider.on('authorization.success', (ctx) => redirects.set(ctx, SUCCESS))
  provider.on('authorization.error', (ctx) => redirects.set(ctx, FAILURE))
  provider.on('server_error', (ctx, error) => {
    redirects.set(ctx, FAILURE)
    faults.set(ctx, error)
    if (error instanceof GatehouseError) return
    settings.emit({ type: 'authorization_server.error', at: settings.clock.now(), error })
  })

  provider.use(async (ctx, next) => {
    await next()
    const { oidc } = ctx as Partial<KoaContextWithOIDC>
    if (oidc === undefined) return
    const names = redirects.get(ctx)
    if (names !== undefined) keepRedirectBytes(ctx as KoaContextWithOIDC, names)
    if (oidc.route === 'discovery') {
      correctMetadata(ctx as KoaContextWithOIDC, settings, extensions)
    }
    if (oidc.route === 'jwks') await addEncryptionKeys(ctx as KoaContextWithOIDC, settings)
    if (isOutage(faults.get(ctx)) && ctx.status >= 500) answerOutage(ctx as KoaContextWithOIDC)
  })
}

function keepRedirectBytes(ctx: KoaContextWithOIDC, names: readonly string[]): void {
  const redirectUri = ctx.oidc.params?.['redirect_uri']
  if (!ctx.res.hasHeader('Location') || typeof redirectUri !== 'string') return
  const written = new URL(ctx.response.get('Location')).searchParams
  const answer = names.flatMap((name) => {
    const value = written.get(name)
    const isAbsent = name === 'state' && ctx.oidc.params?.['state'] === undefined
    return value === null || isAbsent ? [] : [[name, value] as const]
  })
  ctx.set('Location', buildClientRedirect(redirectUri, answer))
  ctx.body = ''
}

function correctMetadata(
  ctx: KoaContextWithOIDC,
  { resources, identityAssertions }: Settings,
  extensions: readonly ExtensionGrant[],
): void {
  if (typeof ctx.body !== 'object' || ctx.body === null) return
  const scopes = resources.flatMap((resource) => resource.scopes)
  ctx.body = {
    ...ctx.body,
    grant_types_supported: [...USER_GRANT_TYPES, ...extensions.map(({ grantType }) => grantType)],
    ...(identityAssertions !== undefined && {
      authorization_grant_profiles_supported: [ID_JAG_PROFILE],
    }),
    response_modes_supported: ['query'],
    scopes_supported: [
      ...new Set([...scopes, ...OPENID_SCOPES.filter((name) => name === 'openid')]),
    ],
  }
}

/** The keys that assertions can be encrypted for: `oidc-provider` takes none that it does not use. */
async function addEncryptionKeys(
  ctx: KoaContextWithOIDC,
  { identityAssertions }: Settings,
): Promise<void> {
  const ring = identityAssertions?.encryptionKeys
  if (ring === undefined || ring.isWithheld() || !isKeySet(ctx.body)) return
  const { keys } = await ring.publicJwks()
  ctx.body = { keys: [...ctx.body.keys, ...keys] }
}

function isKeySet(body: unknown): body is { readonly keys: readonly unknown[] } {
  return typeof body === 'object' && body !== null && 'keys' in body && Array.isArray(body.keys)
}

/** Whether the same request can succeed later, so that the client must keep what it has. */
export function isOutage(error: unknown): boolean {
  return (error instanceof StorageError || error instanceof UpstreamError) && error.retryable
}

function answerOutage(ctx: KoaContextWithOIDC): void {
  ctx.status = 503
  ctx.set('Retry-After', String(RETRY_AFTER_SECONDS))
  if (ctx.response.is('json')) ctx.body = { error: 'temporarily_unavailable' }
}
