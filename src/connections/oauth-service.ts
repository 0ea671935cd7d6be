import {
  type AuthorizationAttempt,
  buildAuthorizationRequest,
  checkAuthorizationResponse,
  createClientSource,
  type RemoteClient,
  type RemoteOutcome,
  readTokens,
  succeed,
  withClient,
} from '../oauth-client/index.ts'
import type { Emit } from '../observability/index.ts'
import type { Clock } from '../runtime/index.ts'
import type { Authorized, OAuthService, ServiceAccount } from './service.ts'
import { askWithToken, readAccount } from './service-account.ts'
import { revokeTokens } from './service-revocation.ts'
import type { AccountRequest, OAuthServiceSettings } from './service-settings.ts'

/**
 * Creates an OAuth service. The protocol is `openid-client`'s; what a service wants otherwise is put
 * into its words in the `fetch` that `openid-client` is given.
 *
 * Nothing is fetched before it is needed. Requests take at most 10 s and answers 1 MiB; redirects are
 * not followed. Outcomes never hold a text of the service.
 */
export function createOAuthService(
  settings: OAuthServiceSettings,
  surroundings: { readonly clock: Clock; readonly emit: Emit },
): OAuthService {
  const { name, title, client: clientSettings, scopes, apiOrigins, apiHeaders } = settings
  const source = createClientSource(clientSettings, surroundings)
  const { endpoints, clientId, fetch } = clientSettings

  return {
    kind: 'oauth',
    name,
    title,
    clientId,
    fetch,
    apiOrigins,
    apiHeaders,
    permissions: scopes.map((scope) => ({
      name: scope,
      text: settings.scopeTexts.get(scope) ?? scope,
    })),
    host: new URL(endpoints?.authorization_endpoint ?? clientSettings.issuer).host,
    start: ({ redirectUri }) =>
      withClient(source, 'token_response', async (client) =>
        succeed(await startAt(client, settings, redirectUri)),
      ),
    finish: ({ parameters, attempt }) =>
      withClient(source, 'token_response', async (client) => {
        const code = checkAuthorizationResponse(parameters, attempt, expectedFrom(client, settings))
        return code.ok ? redeem(client, settings, code.value, attempt) : code
      }),
    refresh: ({ refreshToken, scopes: granted }) =>
      withClient(source, 'token_response', async ({ openid, configuration }) => {
        const response = await openid.refreshTokenGrant(configuration, refreshToken)
        return succeed(readTokens(response, settings, granted))
      }),
    async isAccepted(accessToken) {
      const asked = await withClient(source, 'userinfo', async (client) => {
        const url = accountUrl(client, settings)
        if (url === undefined || settings.account === undefined) return succeed(undefined)
        const { status } = await askWithToken(settings.account, url, accessToken, settings)
        return succeed(status === 200 ? true : status === 401 ? false : undefined)
      })
      return asked.ok ? asked.value : undefined
    },
    async revoke(tokens) {
      const revoked = await withClient(source, 'error', async (client) =>
        succeed(await revokeTokens(client, settings, tokens)),
      )
      return revoked.ok ? revoked.value : 'failed'
    },
  }
}

function startAt(
  client: RemoteClient,
  settings: OAuthServiceSettings,
  redirectUri: string,
): Promise<{ readonly url: string; readonly attempt: AuthorizationAttempt }> {
  const { scopes, scopeSeparator, hasPkce, parameters } = settings
  const { issuer, clientId } = settings.client
  return buildAuthorizationRequest(client, {
    issuer,
    clientId,
    redirectUri,
    scopes,
    scopeSeparator,
    hasNonce: false,
    hasPkce,
    parameters,
  })
}

function expectedFrom(
  { metadata }: RemoteClient,
  { client: { issuer }, isIssuerAnOrigin }: OAuthServiceSettings,
): Parameters<typeof checkAuthorizationResponse>[2] {
  const isSent = metadata.authorization_response_iss_parameter_supported === true
  // Which server it was is told by the redirect URI, which no other has (RFC 9700 §4.4.2.2).
  const accepts = (iss: string): boolean => URL.canParse(iss) && new URL(iss).origin === issuer
  return isIssuerAnOrigin ? { issuer, isSent, accepts } : { issuer, isSent }
}

async function redeem(
  client: RemoteClient,
  settings: OAuthServiceSettings,
  code: string,
  { redirectUri, state, codeVerifier, scopes }: AuthorizationAttempt,
): Promise<RemoteOutcome<Authorized>> {
  const { openid, configuration } = client
  // Of the callback only what has been checked is shown to the library, with the iss it may want.
  const callback = new URL(redirectUri)
  callback.search = String(new URLSearchParams({ code, state, iss: settings.client.issuer }))
  const response = await openid.authorizationCodeGrant(configuration, callback, {
    expectedState: state,
    ...(codeVerifier !== undefined && { pkceCodeVerifier: codeVerifier }),
  })
  const tokens = readTokens(response, settings, scopes)
  const account = await accountOf(client, settings, tokens.accessToken)
  if (account.ok) return succeed({ tokens, account: account.value })
  // Nobody will use them.
  await revokeTokens(client, settings, tokens)
  return account
}

async function accountOf(
  client: RemoteClient,
  settings: OAuthServiceSettings,
  accessToken: string,
): Promise<RemoteOutcome<ServiceAccount>> {
  const url = accountUrl(client, settings)
  const request: AccountRequest | undefined = settings.account
  if (url === undefined || request === undefined) return succeed({ id: '', name: '' })
  return withClient(
    async () => client,
    'userinfo',
    () => readAccount(url, request, accessToken, settings),
  )
}

function accountUrl(
  { metadata }: RemoteClient,
  { account }: OAuthServiceSettings,
): string | undefined {
  return account === undefined ? undefined : (account.url ?? metadata.userinfo_endpoint)
}
