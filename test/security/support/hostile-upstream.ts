import { createTokenIssuer, type TokenIssuer } from 'mcp-gatehouse/testing'
import { onTestFinished } from 'vitest'
import { createUpstream } from '../../../src/oauth-client/create-upstream.ts'
import type { RemoteOutcome } from '../../../src/oauth-client/outcome.ts'
import type {
  Upstream,
  UpstreamAttempt,
  UpstreamIdentity,
} from '../../../src/oauth-client/upstream.ts'
import type { OidcUpstreamOptions } from '../../../src/oauth-client/upstream-options.ts'

export const CLIENT_ID = 'gatehouse'
export const REDIRECT_URI = 'http://127.0.0.1:1/callback/upstream'

/** An upstream that answers as it is told. */
export interface HostileUpstream {
  readonly issuer: TokenIssuer
  readonly upstream: Upstream
  /** How many requests the token endpoint has got. */
  readonly tokenRequests: number
  /** Publishes metadata of its own beside the usual. */
  publish(metadata: Readonly<Record<string, unknown>>): void
  start(): Promise<UpstreamAttempt>
  /** A callback with these parameters beside `code`, `state` and `iss`; `undefined` leaves one out. */
  finish(
    attempt: UpstreamAttempt,
    parameters?: Readonly<Record<string, string | undefined>>,
  ): Promise<RemoteOutcome<UpstreamIdentity>>
  /** A good answer of the token endpoint, with what is changed about it. */
  answer(
    attempt: UpstreamAttempt,
    changes?: {
      readonly claims?: Readonly<Record<string, unknown>>
      readonly header?: Readonly<Record<string, unknown>>
      readonly body?: Readonly<Record<string, unknown>>
    },
  ): Promise<void>
}

export async function startHostileUpstream(
  options: Partial<OidcUpstreamOptions> = {},
): Promise<HostileUpstream> {
  const issuer = await createTokenIssuer()
  onTestFinished(() => issuer.close())
  const publish = (metadata: Readonly<Record<string, unknown>>): void => {
    Object.assign(issuer.metadata, metadata)
    issuer.respond('/.well-known/openid-configuration', { body: JSON.stringify(issuer.metadata) })
  }
  publish({
    authorization_response_iss_parameter_supported: true,
    id_token_signing_alg_values_supported: ['ES256'],
    userinfo_endpoint: `${issuer.issuer}/userinfo`,
  })
  const upstream = createUpstream({
    issuer: issuer.issuer,
    clientId: CLIENT_ID,
    clientSecret: 'secret of the client',
    allowInsecureLoopback: true,
    ...options,
  })
  return {
    issuer,
    upstream,
    publish,
    get tokenRequests() {
      return issuer.requests.filter(({ path }) => path === '/token').length
    },
    async start() {
      const started = await upstream.start({ redirectUri: REDIRECT_URI })
      if (!started.ok) throw new Error(JSON.stringify(started.failure))
      return started.value.attempt
    },
    finish(attempt, changes = {}) {
      const all = { code: 'code', state: attempt.state, iss: issuer.issuer, ...changes }
      const given = Object.entries(all).filter(([, value]) => value !== undefined)
      const parameters = new URLSearchParams(given)
      return upstream.finish({ parameters, attempt })
    },
    async answer({ nonce }, { claims = {}, header = {}, body = {} } = {}) {
      const idToken = await issuer.mint(
        { aud: CLIENT_ID, nonce, client_id: undefined, ...claims },
        { header: { typ: 'JWT', ...header } },
      )
      const answer = {
        access_token: 'at',
        token_type: 'Bearer',
        expires_in: 300,
        id_token: idToken,
      }
      issuer.respond('/token', { body: JSON.stringify({ ...answer, ...body }) })
    },
  }
}
