import type { KoaContextWithOIDC, default as Provider } from 'oidc-provider'
import type { RequestFacts } from '../http/request-facts.ts'
import type { Settings } from '../options/index.ts'

type ReportSettings = Pick<Settings, 'clock' | 'emit' | 'issuer'>

/** Reports what `oidc-provider` decides by itself: clients that it does not know, and revocations. */
export function reportRequests(
  provider: Provider,
  { clock, emit, issuer }: ReportSettings,
  { addressOf, correlationIdOf }: RequestFacts,
): void {
  const note = ({ req, oidc }: KoaContextWithOIDC, error: Error): void => {
    if (error.message !== 'invalid_client') return
    emit({
      type: 'client.refused',
      correlationId: correlationIdOf(req),
      at: clock.now(),
      endpoint: oidc.route,
      address: addressOf(req),
    })
  }
  provider.on('grant.error', note)
  provider.on('revocation.error', note)
  provider.on('introspection.error', note)

  provider.use(async (ctx, next) => {
    await next()
    const { oidc } = ctx as Partial<KoaContextWithOIDC>
    if (oidc?.route !== 'revocation' || ctx.status !== 200) return
    const { AccessToken, ClientCredentials, RefreshToken } = oidc.entities
    const token = AccessToken ?? RefreshToken ?? ClientCredentials
    // Whoever revokes what is no token of theirs is answered 200 too (RFC 7009 §2.2).
    if (token === undefined) return
    emit({
      type: 'token.revoked',
      correlationId: correlationIdOf(ctx.req),
      at: clock.now(),
      issuer,
      kind: token === RefreshToken ? 'refresh_token' : 'access_token',
      subject: 'accountId' in token ? token.accountId : undefined,
      clientId: token.clientId,
    })
  })
}
