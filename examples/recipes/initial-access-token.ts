import type { AuthorizationServer } from 'mcp-gatehouse/authorization-server'

/** Whoever has the token can register clients for a week, and nobody without one. */
export async function inviteClient({ initialAccessTokens }: AuthorizationServer): Promise<string> {
  if (initialAccessTokens === undefined) throw new Error("set registration: 'token'")
  return initialAccessTokens.issue({ ttlSeconds: 7 * 86_400 })
}
