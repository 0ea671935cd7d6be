import { randomBytes, randomUUID } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { Configuration, KoaContextWithOIDC, default as Provider } from 'oidc-provider'
import { parseHost } from '../../http/index.ts'
import { isLoopbackHostname } from '../../oauth/index.ts'
import { requireKnownOptions } from '../../options/index.ts'
import { importPeer } from '../../runtime/index.ts'
import { close, listen } from '../loopback-server.ts'
import type { AccessTokens } from './access-tokens.ts'
import {
  DEFAULT_REDIRECT_URI,
  EMULATOR_OPTIONS,
  type EmulatedProvider,
  type EmulatedUser,
  type EmulatorOptions,
  type Intercept,
} from './emulated-provider.ts'
import { createEmulatorConfiguration, markOffline } from './emulator-configuration.ts'
import { type ObtainTokensOptions, obtainTokens } from './obtain-tokens.ts'
import { handleSignIn } from './sign-in-pages.ts'

/** How one provider differs from the others. */
export interface EmulatorProfile {
  /** Path of the issuer identifier, such as `/realms/test`. */
  readonly issuerPath: string
  /** Paths from the origin. */
  readonly routes: NonNullable<Configuration['routes']>
  readonly clientId?: string | undefined
  readonly configuration: Configuration
  /** Of the registered client, beside the usual ones. @defaultValue none */
  readonly grantTypes?: readonly string[]
  /** Parameters of the authorization request beyond the standard. @defaultValue none */
  readonly extraParams?: readonly string[]
  /** @defaultValue opaque ones */
  readonly accessTokens?: AccessTokens | undefined
  /** Refresh tokens come with `offline_access` only. @defaultValue `configuration` decides */
  readonly refreshesOffline?: boolean
  /** Default lifetime of access tokens. */
  readonly accessTokenTtlSeconds: number
  /** Does what the provider does before `oidc-provider` sees a request, or after it has answered. */
  readonly around?: (
    ctx: KoaContextWithOIDC,
    next: () => Promise<void>,
    provider: Provider,
  ) => Promise<void>
  readonly users: Readonly<Record<string, EmulatedUser>>
}

/** What the functions of the providers make an {@link EmulatedProvider} of. */
export interface RunningEmulator extends EmulatedProvider {
  readonly provider: Provider
  readonly origin: string
}

const OPENID_METADATA = '/.well-known/openid-configuration'

/** Refuses options that a provider does not have. */
export function requireEmulatorOptions(
  options: EmulatorOptions,
  path: string,
  further: readonly string[] = [],
): void {
  requireKnownOptions(options, [...EMULATOR_OPTIONS, ...further], path)
}

/** Starts `oidc-provider` with a profile. It signs in with a page that the scripted browser knows. */
export async function startEmulator(
  profile: EmulatorProfile,
  options: EmulatorOptions,
): Promise<RunningEmulator> {
  const { default: OidcProvider } = await importPeer('oidc-provider', () => import('oidc-provider'))
  const { clientId = randomUUID(), issuerPath } = profile
  const users = options.users ?? profile.users
  const clientSecret = randomBytes(24).toString('base64url')
  const server = createServer()
  const origin = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`
  const issuer = origin + issuerPath
  try {
    const provider = new OidcProvider(
      issuer,
      createEmulatorConfiguration(
        profile,
        { ...options, users },
        { clientId, clientSecret, origin },
      ),
    )
    const { around, refreshesOffline = false } = profile
    if (refreshesOffline) provider.use(markOffline)
    if (around !== undefined) {
      provider.use((ctx, next) => around(ctx as KoaContextWithOIDC, next, provider))
    }
    const [redirectUri = DEFAULT_REDIRECT_URI] = options.redirectUris ?? []
    const signInClient = {
      clientId,
      clientSecret,
      redirectUri,
      users,
      authorizationEndpoint: `${origin}${profile.routes.authorization}`,
      tokenEndpoint: `${origin}${profile.routes.token}`,
      defaultScopes: new Set(profile.configuration.scopes).has('openid') ? ['openid'] : [],
    }
    const emulated = {
      issuer,
      origin,
      clientId,
      clientSecret,
      users,
      requests: [] as string[],
      provider,
      obtainTokens: (obtain: ObtainTokensOptions = {}) => obtainTokens(signInClient, obtain),
      intercept: undefined as Intercept | undefined,
      close: () => close(server),
    }
    server.on('request', createEmulatorListener(emulated, issuerPath.replace(/\/$/, '')))
    return emulated
  } catch (error) {
    await close(server)
    throw error
  }
}

function createEmulatorListener(
  emulated: RunningEmulator & { readonly requests: string[] },
  issuerPath: string,
): RequestListener {
  const { provider, users, requests } = emulated
  const handle = provider.callback()
  return (req, res) => {
    const host = parseHost(req.headers.host ?? '')
    // A name of somebody else that resolves to this machine is DNS rebinding.
    if (host === undefined || !isLoopbackHostname(host.hostname)) {
      res.writeHead(403).end()
      return
    }
    const path = (req.url ?? '/').split('?', 1)[0] ?? '/'
    requests.push(`${req.method} ${path}`)
    if (emulated.intercept?.(req, res) === true) return
    if (path === issuerPath + OPENID_METADATA) req.url = OPENID_METADATA
    else if (path === OPENID_METADATA) {
      res.writeHead(404).end()
      return
    }
    if (path.startsWith('/interaction/')) {
      handleSignIn(provider, users, req, res).catch(() => res.writeHead(500).end())
    } else void handle(req, res)
  }
}
