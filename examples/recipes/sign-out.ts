import type { AuthorizationServer } from 'mcp-gatehouse/authorization-server'

/** An event of the identity provider, or a button of your administrators. */
export async function removeAccess(server: AuthorizationServer, subject: string): Promise<void> {
  const isKnown = await server.signOut({ subject })
  if (!isKnown) console.warn(`nobody has signed in with the sub ${subject}`)
}
