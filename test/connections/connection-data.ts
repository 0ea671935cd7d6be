/** Options of a service without a profile at an origin. */
export function genericAt(origin: string) {
  return {
    title: 'Notes',
    clientId: 'gatehouse',
    clientSecret: 'service-client-secret',
    authorizationEndpoint: `${origin}/authorize`,
    tokenEndpoint: `${origin}/token`,
    revocationEndpoint: `${origin}/revoke`,
    userInfoEndpoint: `${origin}/user`,
    apiOrigins: [origin],
    scopes: ['notes'],
    allowInsecureLoopback: true,
  }
}

export const ACCOUNT = { id: '1', name: 'alice' }

/** What a user has brought from the service: `at-0` and `rt-0`. */
export function connectionFor(
  expiresInSeconds: number | undefined,
  refreshToken: string | undefined = 'rt-0',
) {
  return {
    kind: 'oauth',
    tokens: { accessToken: 'at-0', refreshToken, scopes: ['notes'], expiresInSeconds },
    account: ACCOUNT,
    clientId: 'notes-client',
  } as const
}
