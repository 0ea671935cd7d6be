import { createUpstream } from '../oauth-client/index.ts'
import { createCallbackHandler } from './interaction/callback.ts'
import { createEmbeddedSignIn, EMBEDDED_ISSUER } from './interaction/embedded-sign-in.ts'
import type { SignInMethod } from './interaction/exchange.ts'
import { createUpstreamSignIn } from './interaction/upstream-sign-in.ts'
import type { EndpointHandler } from './listener.ts'
import type { Settings } from './options/index.ts'
import { createRealms, type Realm, type Realms } from './upstream/realms.ts'
import { createSignIns } from './upstream/sign-ins.ts'
import { createUpstreamSessions, type UpstreamSessions } from './upstream/upstream-sessions.ts'
import { createUpstreamTokenOf, type UpstreamTokenOf } from './upstream/upstream-token-of.ts'
import { createUpstreamTokens } from './upstream/upstream-tokens.ts'
import { warmUpAll } from './upstream/warm-up-all.ts'

/** How users sign in, and what they bring from there. */
export interface SignInParts {
  readonly method: SignInMethod
  /** `undefined` for embedded users. */
  readonly atUpstreams:
    | {
        readonly realms: Realms
        readonly sessions: UpstreamSessions
        readonly callback: EndpointHandler
      }
    | undefined
  readonly upstreamToken: UpstreamTokenOf
  readonly warmUp: () => Promise<void>
  /** Who vouches for users; `undefined` where several do. */
  readonly issuer: string | undefined
  /** Deletes the upstreams' tokens of an account. */
  readonly forget: (accountId: string) => Promise<void>
}

/** Creates the sign-in that is configured: at upstreams, or of embedded users. */
export function createSignInParts(settings: Settings): SignInParts {
  const { storage, emit, clock, issuer, issuerUrl, lifetimes } = settings
  if (settings.upstreams.length === 0) {
    const vault = createUpstreamTokens({ storage, tenant: issuer, upstreams: [], emit, clock })
    return {
      method: createEmbeddedSignIn(settings.users ?? []),
      atUpstreams: undefined,
      upstreamToken: createUpstreamTokenOf(vault, { issuer, upstreams: [] }),
      warmUp: async () => undefined,
      issuer: EMBEDDED_ISSUER,
      forget: async () => undefined,
    }
  }
  const realms = createRealms(settings.upstreams.map((realm) => createRealm(realm, settings)))
  const upstreams = realms.all.map(({ upstream }) => upstream)
  const isSecure = issuerUrl.protocol === 'https:'
  const records = { storage, tenant: issuer, emit, clock }
  const signIns = createSignIns({ ...records, isSecure })
  const vault = createUpstreamTokens({ ...records, upstreams })
  const ttlSeconds = lifetimes.refreshAbsoluteSeconds + lifetimes.sessionSeconds
  const sessions = createUpstreamSessions(storage, issuer, ttlSeconds)
  const issuers = new Set(upstreams.map((upstream) => upstream.issuer))
  return {
    method: createUpstreamSignIn({ realms, signIns }),
    atUpstreams: {
      realms,
      sessions,
      callback: createCallbackHandler({ realms, signIns, vault, sessions }),
    },
    upstreamToken: createUpstreamTokenOf(vault, { issuer, upstreams }),
    warmUp: () => warmUpAll(upstreams),
    issuer: issuers.size === 1 ? [...issuers][0] : undefined,
    forget: (accountId) => vault.remove(accountId),
  }
}

function createRealm(
  { upstream, path, label, emailDomains, resourceHosts }: Settings['upstreams'][number],
  { clock, emit }: Settings,
): Realm {
  return {
    upstream: createUpstream(upstream, { clock, emit, path }),
    scopes: upstream.scopes ?? [],
    label,
    emailDomains,
    resourceHosts,
  }
}
