import type { Emit } from '../observability/index.ts'
import { type Clock, systemClock } from '../runtime/index.ts'
import { buildAuthorizationRequest } from './authorization-request.ts'
import { checkAuthorizationResponse } from './authorization-response.ts'
import { createClientSource, type RemoteClient } from './client-source.ts'
import { forwardedParameters } from './forwarded-parameters.ts'
import { isIdTokenSound, readIdentity } from './identity.ts'
import { type RemoteOutcome, refuse, succeed } from './outcome.ts'
import { parseUpstreamOptions, type UpstreamSettings } from './parse-upstream-options.ts'
import { readTokens } from './token-response.ts'
import type { Upstream, UpstreamAttempt, UpstreamIdentity, UpstreamStart } from './upstream.ts'
import { createUpstreamKeys } from './upstream-keys.ts'
import type { UpstreamOptions } from './upstream-options.ts'
import { mapUserClaims } from './user-claims.ts'
import { withClient } from './with-client.ts'

/** What an upstream uses of its surroundings. */
export interface UpstreamSurroundings {
  /** Of discovery; `openid-client` judges tokens by the system's clock. @defaultValue the system's */
  readonly clock?: Clock | undefined
  /** @defaultValue nobody is told */
  readonly emit?: Emit | undefined
  /** Where the options stand, for messages. @defaultValue `upstream` */
  readonly path?: string | undefined
}

/**
 * Creates an upstream: OpenID Connect, found by discovery, or plain OAuth 2.0 with configured
 * endpoints. The protocol is `openid-client`'s, with PKCE (S256), `state`, `nonce`, `iss` and a
 * verified signature in every case.
 *
 * Nothing is fetched before `warmUp` or the first sign-in, and nothing is stored. Requests take at most 10 s and
 * answers 1 MiB; redirects are not followed. Outcomes never hold a text of the upstream.
 *
 * It does NOT find out whose browser a callback came from, which `SignIns` does, and does NOT retry.
 *
 * @throws {ConfigError} for options that are wrong; from the methods, where `openid-client` is
 *   not installed.
 * @see [OIDC Core §3.1](https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth)
 * @see [RFC 9700](https://www.rfc-editor.org/rfc/rfc9700.html)
 */
export function createUpstream(
  options: UpstreamOptions,
  { clock = systemClock, emit = () => undefined, path }: UpstreamSurroundings = {},
): Upstream {
  const settings = parseUpstreamOptions(options, path)
  const source = createClientSource(settings, { clock, emit })
  const { name, issuer, clientId } = settings
  const keys = createUpstreamKeys(source, settings, { clock, emit })

  return {
    name,
    issuer,
    clientId,
    keys,
    warmUp: async () => (await keys())?.warmUp(),
    start: (request) =>
      withClient(source, 'token_response', async (client) =>
        succeed(await startAt(client, settings, request)),
      ),
    finish: ({ parameters, attempt }) =>
      withClient(source, 'token_response', async (client) => {
        if (attempt.upstream !== name) return refuse('other_upstream')
        const { authorization_response_iss_parameter_supported: isSent } = client.metadata
        const expected = { issuer, isSent: isSent === true }
        const code = checkAuthorizationResponse(parameters, attempt, expected)
        return code.ok ? exchangeCode(client, settings, code.value, attempt) : code
      }),
    refresh: ({ refreshToken, subject, scopes }) =>
      withClient(source, 'token_response', async ({ openid, configuration }) => {
        const response = await openid.refreshTokenGrant(
          configuration,
          refreshToken,
          refreshParameters(settings),
        )
        const claims = response.claims()
        const isSameUser =
          claims === undefined ||
          (claims.sub === subject && isIdTokenSound(response, claims, settings.clientId))
        return isSameUser
          ? succeed(readTokens(response, separatorsOf(settings), scopes))
          : refuse('id_token')
      }),
  }
}

/** What the operator sets wins over what is passed on from the client. */
async function startAt(
  client: RemoteClient,
  settings: UpstreamSettings,
  { redirectUri, clientParameters = {}, isForced = false }: UpstreamStart,
): Promise<{ readonly url: string; readonly attempt: UpstreamAttempt }> {
  const { name, issuer, clientId, scopes, kind } = settings
  const parameters = new Map([
    ...forwardedParameters(settings.forwardedParameters, clientParameters),
    ...settings.extraParameters,
  ])
  if (isForced && kind === 'oidc') parameters.set('prompt', 'login')
  const request = { issuer, clientId, redirectUri, scopes, hasNonce: kind === 'oidc', parameters }
  const { url, attempt } = await buildAuthorizationRequest(client, request)
  return { url, attempt: { ...attempt, upstream: name } }
}

function separatorsOf({ kind }: UpstreamSettings): { readonly hasCommas: boolean } {
  return { hasCommas: kind === 'oauth' }
}

/** None of ours is empty: `scope` has at least one token (RFC 6749 §3.3). */
function refreshParameters({
  scopes,
  sendScopesOnRefresh,
}: UpstreamSettings): Record<string, string> {
  return sendScopesOnRefresh && scopes.length > 0 ? { scope: scopes.join(' ') } : {}
}

async function exchangeCode(
  client: RemoteClient,
  settings: UpstreamSettings,
  code: string,
  { redirectUri, state, nonce, codeVerifier, scopes }: UpstreamAttempt,
): Promise<RemoteOutcome<UpstreamIdentity>> {
  const { openid, configuration } = client
  // Of the callback only what has been checked is shown to the library, with the iss it may want.
  const callback = new URL(redirectUri)
  callback.search = String(new URLSearchParams({ code, state, iss: settings.issuer }))
  const response = await openid.authorizationCodeGrant(configuration, callback, {
    ...(codeVerifier !== undefined && { pkceCodeVerifier: codeVerifier }),
    expectedState: state,
    ...(nonce !== undefined && { expectedNonce: nonce, idTokenExpected: true }),
  })
  const tokens = readTokens(response, separatorsOf(settings), scopes)
  const found = await withClient(
    async () => client,
    'userinfo',
    () => readIdentity(client, settings, response),
  )
  if (!found.ok) return found
  const { subject, sessionId, claims } = found.value
  return succeed({
    issuer: settings.issuer,
    subject,
    sessionId,
    claims: mapUserClaims(claims, settings.claims),
    tokens,
  })
}
