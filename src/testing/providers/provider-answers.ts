import type { KoaContextWithOIDC } from 'oidc-provider'

/** The body of an answer as an object that can be changed. */
export function bodyOf(ctx: KoaContextWithOIDC): Record<string, unknown> {
  return ctx.body as Record<string, unknown>
}

/** Takes `iss` out of metadata and authorization responses, for providers without RFC 9207. */
export function dropIssuerParameter(ctx: KoaContextWithOIDC): void {
  if (ctx.oidc?.route === 'discovery') {
    delete bodyOf(ctx)['authorization_response_iss_parameter_supported']
  }
  const location = ctx.response.get('location')
  if (!URL.canParse(location)) return
  const url = new URL(location)
  if (!url.searchParams.has('iss')) return
  url.searchParams.delete('iss')
  ctx.set('location', url.href)
}
