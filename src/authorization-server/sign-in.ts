import { UpstreamError } from '../errors/index.ts'
import { createCallbackHandler } from './interaction/callback.ts'
import { createEmbeddedSignIn } from './interaction/embedded-sign-in.ts'
import type { SignInMethod } from './interaction/exchange.ts'
import { createUpstreamSignIn } from './interaction/upstream-sign-in.ts'
import type { EndpointHandler } from './listener.ts'
import type { Settings } from './options/index.ts'
import { createUpstream } from './upstream/create-upstream.ts'
import { createSignIns } from './upstream/sign-ins.ts'
import { createUpstreamTokens, type UpstreamToken } from './upstream/upstream-tokens.ts'

/** How users sign in, and what they bring from there. */
export interface SignInParts {
  readonly method: SignInMethod
  /** `undefined` for embedded users. */
  readonly callback: EndpointHandler | undefined
  readonly upstreamToken: (user: { readonly subject: string | undefined }) => Promise<UpstreamToken>
}

/** Creates the sign-in that is configured: at an upstream, or of embedded users. */
export function createSignInParts(settings: Settings): SignInParts {
  const { storage, emit, clock, issuerUrl } = settings
  if (settings.upstream === undefined) {
    return {
      method: createEmbeddedSignIn(settings.users ?? []),
      callback: undefined,
      upstreamToken: () => Promise.reject(noToken()),
    }
  }
  const upstream = createUpstream(settings.upstream, { clock, emit })
  const isSecure = issuerUrl.protocol === 'https:'
  const signIns = createSignIns({ storage, isSecure, emit, clock })
  const vault = createUpstreamTokens({ storage, upstreams: [upstream], emit, clock })
  const parts = { upstream, signIns, scopes: settings.upstream.scopes ?? [] }
  return {
    method: createUpstreamSignIn(parts),
    callback: createCallbackHandler({ ...parts, vault }),
    async upstreamToken({ subject }) {
      if (subject === undefined) throw noToken()
      return vault.token({ accountId: subject, upstream: upstream.name })
    },
  }
}

function noToken(): UpstreamError {
  return new UpstreamError('ERR_UPSTREAM_SIGN_IN_NEEDED', 'upstreamToken', { retryable: false })
}
