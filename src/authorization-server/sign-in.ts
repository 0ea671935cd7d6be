import { createCallbackHandler } from './interaction/callback.ts'
import { createEmbeddedSignIn, EMBEDDED_ISSUER } from './interaction/embedded-sign-in.ts'
import type { SignInMethod } from './interaction/exchange.ts'
import { createUpstreamSignIn } from './interaction/upstream-sign-in.ts'
import type { EndpointHandler } from './listener.ts'
import type { Settings } from './options/index.ts'
import { createUpstream } from './upstream/create-upstream.ts'
import { createSignIns } from './upstream/sign-ins.ts'
import { createUpstreamTokenOf, type UpstreamTokenOf } from './upstream/upstream-token-of.ts'
import { createUpstreamTokens } from './upstream/upstream-tokens.ts'

/** How users sign in, and what they bring from there. */
export interface SignInParts {
  readonly method: SignInMethod
  /** `undefined` for embedded users. */
  readonly callback: EndpointHandler | undefined
  readonly upstreamToken: UpstreamTokenOf
  readonly warmUp: () => Promise<void>
  /** Who vouches for users. */
  readonly issuer: string
  /** Deletes the upstream's tokens of an account. */
  readonly forget: (accountId: string) => Promise<void>
}

/** Creates the sign-in that is configured: at an upstream, or of embedded users. */
export function createSignInParts(settings: Settings): SignInParts {
  const { storage, emit, clock, issuer, issuerUrl } = settings
  if (settings.upstream === undefined) {
    const vault = createUpstreamTokens({ storage, upstreams: [], emit, clock })
    return {
      method: createEmbeddedSignIn(settings.users ?? []),
      callback: undefined,
      upstreamToken: createUpstreamTokenOf(vault, { issuer, upstreams: [] }),
      warmUp: async () => undefined,
      issuer: EMBEDDED_ISSUER,
      forget: async () => undefined,
    }
  }
  const upstream = createUpstream(settings.upstream, { clock, emit })
  const upstreams = [upstream]
  const isSecure = issuerUrl.protocol === 'https:'
  const records = { storage, tenant: issuer, emit, clock }
  const signIns = createSignIns({ ...records, isSecure })
  const vault = createUpstreamTokens({ ...records, upstreams })
  const parts = { upstream, signIns, scopes: settings.upstream.scopes ?? [] }
  return {
    method: createUpstreamSignIn(parts),
    callback: createCallbackHandler({ ...parts, vault }),
    upstreamToken: createUpstreamTokenOf(vault, { issuer, upstreams }),
    warmUp: () => upstream.warmUp(),
    issuer: upstream.issuer,
    forget: (accountId) => vault.remove(accountId),
  }
}
