import { createResourceServer } from 'mcp-gatehouse'
import * as z from 'zod'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: [
    {
      issuer: 'https://id.example.com/realms/acme',
      mapClaims: ({ realm_access }) => ({ roles: RealmAccess.parse(realm_access).roles }),
    },
  ],
  claims: z.looseObject({ department: z.string() }), // principal.claims.department is a string
})

const RealmAccess = z.object({ roles: z.array(z.string()) })
