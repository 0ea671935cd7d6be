import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'
import type { ScriptedBrowser } from 'mcp-gatehouse/testing'
import OidcProvider from 'oidc-provider'
import { onTestFinished } from 'vitest'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { createMemoryAdapter } from '../../src/testing/memory-adapter.ts'
import { handleSignIn } from '../../src/testing/providers/sign-in-pages.ts'

const USERS = {
  alice: { password: 'wonderland', sub: 'alice-there', claims: {} },
  bob: { password: 'builder', sub: 'bob-there', claims: {} },
}

/** An identity provider that tells its clients when a user signs out. */
export interface LogoutProvider {
  readonly upstream: UpstreamOptions
  readonly issuer: string
  /** What its logout requests were answered. */
  readonly answers: readonly (Error | 'ok')[]
  /** Signs the user of a browser out at the provider. */
  signOut(browser: ScriptedBrowser): Promise<void>
  /** Signs what it would sign itself, and what it never would. */
  sign(claims: JWTPayload, header?: object): Promise<string>
}

/** @param ours Where our authorization server is. */
export async function startLogoutProvider(
  ours: () => string,
  { sessionRequired = true, subjects = true } = {},
): Promise<LogoutProvider> {
  const server = createServer()
  const issuer = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(privateKey)), kid: 'k', alg: 'ES256', use: 'sig' }
  const credentials = { clientId: 'gatehouse', clientSecret: randomBytes(24).toString('base64url') }
  const answers: (Error | 'ok')[] = []
  const provider = new OidcProvider(issuer, {
    adapter: createMemoryAdapter(),
    clients: [
      {
        client_id: credentials.clientId,
        client_secret: credentials.clientSecret,
        application_type: 'native',
        redirect_uris: ['http://127.0.0.1/callback/upstream'],
        token_endpoint_auth_method: 'client_secret_post',
        id_token_signed_response_alg: 'ES256',
        backchannel_logout_uri: 'http://127.0.0.1/backchannel-logout/upstream',
        backchannel_logout_session_required: sessionRequired,
      },
    ],
    // Where we listen is not known when the client is registered.
    fetch: async (url, options) => {
      const target = new URL(ours() + new URL(url instanceof Request ? url.url : url).pathname)
      const form = await new Response(options?.body).text()
      const body = subjects ? form : await withoutSubject(form)
      // Without the dispatcher, which lets nothing through to this machine.
      return globalThis.fetch(target, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body,
      })
    },
    cookies: { keys: ['secret'], names: { session: 'idp', interaction: 'idp_i', resume: 'idp_r' } },
    features: {
      backchannelLogout: { enabled: true },
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = form.replace(
            '</form>',
            '<button name="logout" value="yes">Sign out</button></form>',
          )
        },
      },
    },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    jwks: { keys: [jwk] },
    loadExistingGrant: async ({ oidc: { client, session, provider: op } }) => {
      const { clientId } = client ?? {}
      const grant = new op.Grant({ accountId: session?.accountId, clientId })
      grant.addOIDCScope('openid profile email')
      await grant.save()
      return grant
    },
    pkce: { required: () => false },
  })
  provider.on('backchannel.success', () => answers.push('ok'))
  provider.on('backchannel.error', (_ctx, error) => answers.push(error))
  const handle = provider.callback()
  server.on('request', (req, res) => {
    if (req.url?.startsWith('/interaction/')) void handleSignIn(provider, USERS, req, res)
    else void handle(req, res)
  })
  onTestFinished(() => close(server))

  async function sign(claims: JWTPayload, header: object = { typ: 'logout+jwt' }): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: 'k', ...header })
      .sign(privateKey)
  }

  /** Providers may name the session alone. */
  async function withoutSubject(form: string): Promise<URLSearchParams> {
    const token = new URLSearchParams(form).get('logout_token') ?? ''
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    const { sub: _sub, ...others } = claims
    return new URLSearchParams({ logout_token: await sign(others) })
  }

  return {
    issuer,
    upstream: { issuer, ...credentials, allowInsecureLoopback: true },
    answers,
    sign,
    async signOut(browser) {
      const page = await browser.open(`${issuer}/session/end`)
      if (page.kind !== 'page') throw new Error('no page')
      await browser.submit(page, { button: 'Sign out' })
    },
  }
}
