import type { Emit } from '../../observability/index.ts'
import { type Clock, systemClock } from '../../runtime/index.ts'
import { buildAuthorizationRequest } from './authorization-request.ts'
import { checkAuthorizationResponse } from './authorization-response.ts'
import { classifyFailure } from './classify-failure.ts'
import { type ClientSource, createClientSource, type UpstreamClient } from './client-source.ts'
import { isIdTokenSound, readIdentity } from './identity.ts'
import type { UpstreamOptions } from './options.ts'
import { parseUpstreamOptions, type UpstreamSettings } from './parse-options.ts'
import { readTokens } from './token-response.ts'
import {
  fail,
  refuse,
  succeed,
  type Upstream,
  type UpstreamAttempt,
  type UpstreamIdentity,
  type UpstreamOutcome,
  type UpstreamRefusal,
} from './upstream.ts'
import { mapUserClaims } from './user-claims.ts'
import { warmUpUpstream } from './warm-up.ts'

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
  const { name, issuer } = settings

  return {
    name,
    issuer,
    warmUp: () => warmUpUpstream(source, settings, { clock, emit }),
    start: (request) =>
      withClient(source, 'token_response', async (client) =>
        succeed(await buildAuthorizationRequest(client, settings, request)),
      ),
    finish: ({ parameters, attempt }) =>
      withClient(source, 'token_response', async (client) => {
        const isIssuerExpected = client.metadata.authorization_response_iss_parameter_supported
        const code = checkAuthorizationResponse(
          parameters,
          attempt,
          settings,
          isIssuerExpected === true,
        )
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
        return isSameUser ? succeed(readTokens(response, settings, scopes)) : refuse('id_token')
      }),
  }
}

/** None of ours is empty: `scope` has at least one token (RFC 6749 §3.3). */
function refreshParameters({
  scopes,
  sendScopesOnRefresh,
}: UpstreamSettings): Record<string, string> {
  return sendScopesOnRefresh && scopes.length > 0 ? { scope: scopes.join(' ') } : {}
}

/** Runs a step with the client; what it throws becomes a failure. */
async function withClient<T>(
  source: ClientSource,
  reason: UpstreamRefusal,
  step: (client: UpstreamClient) => Promise<UpstreamOutcome<T>>,
): Promise<UpstreamOutcome<T>> {
  let openid: UpstreamClient['openid'] | undefined
  try {
    const client = await source()
    openid = client.openid
    return await step(client)
  } catch (error) {
    return fail(classifyFailure(openid, error, reason))
  }
}

async function exchangeCode(
  client: UpstreamClient,
  settings: UpstreamSettings,
  code: string,
  { redirectUri, state, nonce, codeVerifier, scopes }: UpstreamAttempt,
): Promise<UpstreamOutcome<UpstreamIdentity>> {
  const { openid, configuration } = client
  // Of the callback only what has been checked is shown to the library, with the iss it may want.
  const callback = new URL(redirectUri)
  callback.search = String(new URLSearchParams({ code, state, iss: settings.issuer }))
  const response = await openid.authorizationCodeGrant(configuration, callback, {
    pkceCodeVerifier: codeVerifier,
    expectedState: state,
    ...(nonce !== undefined && { expectedNonce: nonce, idTokenExpected: true }),
  })
  const tokens = readTokens(response, settings, scopes)
  const found = await withClient(
    async () => client,
    'userinfo',
    () => readIdentity(client, settings, response),
  )
  if (!found.ok) return found
  const { subject, claims } = found.value
  return succeed({
    issuer: settings.issuer,
    subject,
    claims: mapUserClaims(claims, settings.claims),
    tokens,
  })
}
