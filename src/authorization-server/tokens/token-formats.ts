import type { Configuration } from 'oidc-provider'
import type { RecordNames } from '../adapter/record-names.ts'
import type { Issuance, RequestScopes } from '../adapter/request-scope.ts'

/** 256 bits in every token, code and id (RFC 6749 §10.10 asks for 128). */
const RANDOM_BITS = 256

/** How tokens are written: with the grant that they end with, and for whom they are. */
export function createTokenFormats(
  names: RecordNames,
  scopes: RequestScopes,
): NonNullable<Configuration['formats']> {
  return {
    bitsOfOpaqueRandomness: RANDOM_BITS,
    customizers: {
      async jwt(_ctx, token, parts) {
        const grantId = 'grantId' in token ? token.grantId : undefined
        if (grantId !== undefined) {
          parts.payload = { ...parts.payload, grant_id: await names.grantName(grantId) }
        }
        const scope = scopes.current()
        if (scope === undefined) return
        if (scope.issuance !== undefined) {
          parts.payload = { ...parts.payload, ...claimsOf(scope.issuance) }
        }
        scope.issuedClaims = parts.payload
      },
    },
  }
}

/** What makes a token of a client one for somebody else (RFC 8693 §4.1). */
function claimsOf({ accountId, act, grantName }: Issuance): Record<string, unknown> {
  return {
    sub: accountId,
    ...(act !== undefined && { act }),
    ...(grantName !== undefined && { grant_id: grantName }),
  }
}
