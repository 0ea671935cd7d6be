import { createResourceServer } from 'mcp-gatehouse'
import { customVerifier } from 'mcp-gatehouse/verifiers'

const issuer = 'https://id.example.com'
const resource = 'https://mcp.example.com/mcp'
const sessions = new Map<string, { userId: string; scope: string; expiresAt: number }>() // yours

export const gatehouse = createResourceServer({
  resource,
  authorizationServers: [issuer],
  verifier: customVerifier((token) => {
    const session = sessions.get(token)
    if (session === undefined) return undefined // refused
    const { userId, scope, expiresAt } = session
    return { iss: issuer, aud: resource, sub: userId, scope, exp: expiresAt }
  }),
})
