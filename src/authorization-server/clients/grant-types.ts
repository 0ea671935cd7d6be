/** A client that acts for itself (RFC 6749 §4.4). */
export const CLIENT_CREDENTIALS = 'client_credentials'
/** Redeems an assertion of somebody else's (RFC 7523 §2.1): here, of an enterprise's issuer. */
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
/** RFC 8693 §2.1. */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** Grant types that let a client act without a user in front of it. */
const PRIVILEGED: ReadonlySet<string> = new Set([CLIENT_CREDENTIALS, JWT_BEARER, TOKEN_EXCHANGE])

export function isPrivileged(grantType: string): boolean {
  return PRIVILEGED.has(grantType)
}
