import { requestOf } from '../context/index.ts'
import { UpstreamError } from '../errors/index.ts'
import { parseBearerToken } from '../oauth/index.ts'
import type { BrowserIdentity } from '../oauth-client/index.ts'
import { requireType } from '../options/index.ts'
import type { Principal } from '../principal/index.ts'
import type { ExchangeServiceSettings } from './parse-exchange-service.ts'

/** Where users sign in, and perhaps have a token of the identity provider. */
export type SubjectTokenSource = Pick<BrowserIdentity, 'issuer' | 'upstreamToken'>

/**
 * Finds the token of a user at the identity provider.
 *
 * @throws {UpstreamError} `ERR_UPSTREAM_SIGN_IN_NEEDED` where there is none
 */
export async function findSubjectToken(
  principal: Principal<unknown>,
  { title, client, subjectToken }: ExchangeServiceSettings,
  identity: SubjectTokenSource,
): Promise<string> {
  if (subjectToken !== undefined) {
    const given = await subjectToken(principal)
    requireType(typeof given === 'string' && given !== '', 'subjectToken', 'an access token')
    return given
  }
  if (identity.upstreamToken !== undefined && principal.issuer === identity.issuer) {
    return (await identity.upstreamToken(principal)).accessToken
  }
  const own = principal.issuer === client.issuer ? tokenOfRequest(principal) : undefined
  if (own !== undefined) return own
  throw new UpstreamError('ERR_UPSTREAM_SIGN_IN_NEEDED', `Access to ${title}`, { retryable: false })
}

/** The access token of this very request: verified already, and of this principal. */
export function tokenOfRequest(principal: Principal<unknown>): string | undefined {
  const lines = requestOf(principal)?.inbound?.header('authorization') ?? []
  const credentials = parseBearerToken(lines)
  return credentials.kind === 'token' ? credentials.token : undefined
}
