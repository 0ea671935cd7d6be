import { buildPrincipal, type Principal } from '../../../src/principal/index.ts'

const ISSUER = 'https://as.example.com'

/** A caller by the claims of its token; a user named alice unless they say otherwise. */
export function callerOf(
  claims: Readonly<Record<string, unknown>> = {},
  issuer: string = ISSUER,
): Principal {
  const all = { sub: 'alice', client_id: 'app', ...claims }
  const principal = buildPrincipal(issuer, all, {}, all)
  if (principal === undefined) throw new Error('no principal')
  return principal
}
