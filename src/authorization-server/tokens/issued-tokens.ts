import type { TokenEndpointGrantContext } from 'oidc-provider'
import type { Clock } from '../../runtime/index.ts'
import type { Storage, Write } from '../../storage/index.ts'
import { formatContent, parseContent } from '../adapter/record-content.ts'
import type { RecordNames } from '../adapter/record-names.ts'
import type { RequestScope } from '../adapter/request-scope.ts'

/** The claims of an access token. */
export type IssuedClaims = Readonly<Record<string, unknown>>

/**
 * What is kept of encrypted access tokens: their claims, since nobody but the resource server can
 * read them in the token. A signed token needs no record.
 */
export interface IssuedTokens {
  /** The record of the token in this answer, where it needs one. */
  writesOf(ctx: TokenEndpointGrantContext, scope: RequestScope): Promise<readonly Write[]>
  find(token: string): Promise<IssuedClaims | undefined>
}

export function createIssuedTokens(
  storage: Storage,
  names: RecordNames,
  clock: Clock,
): IssuedTokens {
  return {
    async writesOf(ctx, { issuedClaims }) {
      const { access_token: token } = ctx.body as Readonly<Record<string, unknown>>
      if (typeof token !== 'string' || !isEncrypted(token) || issuedClaims === undefined) return []
      const grantId = ctx.oidc.entities.AccessToken?.grantId
      const key = await names.keyOf('access-token', token)
      const ttlSeconds = Math.max(1, Number(issuedClaims['exp']) - clock.now())
      const tags = grantId === undefined ? undefined : [await names.grantTag(grantId)]
      const value = formatContent({ payload: JSON.stringify(issuedClaims) })
      return [{ kind: 'set', key, value, ttlSeconds, tags }]
    },
    async find(token) {
      const record = await storage.get(await names.keyOf('access-token', token))
      if (record === undefined) return undefined
      return JSON.parse(parseContent('access-token', record.value).payload) as IssuedClaims
    },
  }
}

/** Whether a token is a JWE in compact serialization (RFC 7516 §7.1). */
export function isEncrypted(token: string): boolean {
  return token.split('.').length === 5
}
