import { sendRedirect } from '../../browser/index.ts'
import { buildAuthorizationRequest, forwardedParameters } from '../../oauth-client/index.ts'
import type { RelaySettings } from '../options/index.ts'
import { withUpstream } from '../upstream-call.ts'
import type { Visit } from '../visit.ts'
import { sendUpstreamFailure } from './answers.ts'
import type { AuthorizationRequest } from './authorization-request.ts'

/** Sends the user to the upstream: the first moment in which there is a state, and a cookie for it. */
export async function startSignIn(visit: Visit, request: AuthorizationRequest): Promise<void> {
  const { parts, req, res, query, correlationId } = visit
  const { settings, signIns, upstream } = parts
  const built = await withUpstream(upstream, (remote) =>
    buildAuthorizationRequest(remote, upstreamRequest(settings, request)),
  )
  if (!built.ok) {
    sendUpstreamFailure(visit, built.failure, `${settings.mountPath}/authorize?${query}`)
    return
  }
  const { url, attempt } = built.value
  const { client, redirectUri, codeChallenge } = request
  const { clientId } = client
  const signIn = { attempt, clientId, redirectUri, clientState: request.state, codeChallenge }
  const { setCookie } = await signIns.create(signIn, req.headers.cookie)
  const { emit, clock, issuer, resource } = settings
  const { scopes } = request
  const facts = { correlationId, at: clock.now(), issuer, clientId, resource, scopes }
  emit({ type: 'relay.allow', ...facts })
  sendRedirect(res, url, [setCookie])
}

/**
 * Our request to the upstream: its callback, state and nonce are ours, the PKCE challenge is the
 * client's, whose verifier then passes through us to the token endpoint. Ours win over
 * `extraAuthorizeParams`, those over what is passed on.
 */
function upstreamRequest(
  { upstream, upstreamRedirectUri, resource, sendResource }: RelaySettings,
  { scopes, parameters, codeChallenge }: AuthorizationRequest,
): Parameters<typeof buildAuthorizationRequest>[1] {
  return {
    issuer: upstream.issuer,
    clientId: upstream.clientId,
    redirectUri: upstreamRedirectUri,
    // The client's, and those that the upstream is always asked for.
    scopes: [...new Set([...upstream.scopes, ...scopes])],
    hasNonce: true,
    codeChallenge,
    parameters: new Map([
      ...forwardedParameters(upstream.forwardedParameters, Object.fromEntries(parameters)),
      ...upstream.extraParameters,
      ...(sendResource.authorization ? [['resource', resource] as const] : []),
    ]),
  }
}
