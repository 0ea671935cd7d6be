import { sendRedirect } from '../http/send.ts'
import type { SignIns } from '../upstream/sign-ins.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { Exchange, SignInMethod } from './exchange.ts'
import { sendUpstreamFailure } from './upstream-failure.ts'

/** Where users sign in, and the sign-ins that are under way. */
export interface UpstreamSignInParts {
  readonly upstream: Upstream
  readonly signIns: SignIns
  /** Scopes that the user will be asked for there. */
  readonly scopes: readonly string[]
}

/** Signs users in at an upstream: they come back to the callback, see `callback.ts`. */
export function createUpstreamSignIn(parts: UpstreamSignInParts): SignInMethod {
  const { upstream, scopes } = parts
  return {
    upstream: upstream.name,
    host: new URL(upstream.issuer).host,
    scopes,
    start: (exchange) => startSignIn(exchange, parts),
    handle: async () => false,
  }
}

/** Nothing about the sign-in is set or stored before the user has allowed the request. */
async function startSignIn(
  exchange: Exchange,
  { upstream, signIns }: UpstreamSignInParts,
): Promise<void> {
  const { parts, req, res, interaction, request, basePath } = exchange
  const { issuerUrl, mountPath } = parts.settings
  const { approval } = await parts.steps.read(interaction.uid)
  const started = await upstream.start({
    redirectUri: `${issuerUrl.origin}${mountPath}/callback/${upstream.name}`,
    clientParameters: interaction.params,
  })
  if (!started.ok) {
    sendUpstreamFailure(exchange, started.failure, { upstream: upstream.name, retryPath: basePath })
    return
  }
  const { url, attempt } = started.value
  const signIn = {
    uid: interaction.uid,
    attempt,
    documentHash: request.documentHash,
    remember: approval?.remember ?? false,
  }
  const { setCookie } = await signIns.create(signIn, req.headers.cookie)
  sendRedirect(res, url, [setCookie])
}
