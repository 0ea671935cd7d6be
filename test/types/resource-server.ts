/** Compile-only: `npm run types` fails where one of these stops being an error, or becomes one. */
import { createResourceServer, type Principal, type TokenVerifier } from 'mcp-gatehouse'
import * as z from 'zod'

const resource = 'https://mcp.example.com/mcp'
const authorizationServers = ['https://id.example.com']

const typed = createResourceServer({
  resource,
  authorizationServers,
  claims: z.object({ department: z.string() }),
  isRevoked: (principal, claims) => principal.claims.department === claims['department'],
})

typed.protect((_request, { principal, authInfo }) => {
  const department: string = principal.claims.department
  const same: string = authInfo.extra.principal.claims.department
  // @ts-expect-error the schema has no such claim
  const salary: string = principal.claims.salary
  return new Response(`${department} ${same} ${salary}`)
})

createResourceServer({ resource, authorizationServers }).protect((_request, { principal }) => {
  // @ts-expect-error without a schema a claim may be anything
  const department: string = principal.claims['department']
  return new Response(department)
})

// @ts-expect-error a resource is required
createResourceServer({ authorizationServers })

// @ts-expect-error a misspelt option does nothing
createResourceServer({ resource, authorizationServers, requiredScope: ['notes:read'] })

// @ts-expect-error patterns are not supported
createResourceServer({ resource, authorizationServers, audience: /example/ })

export function whoIs(principal: Principal): string {
  if (principal.kind === 'client') return principal.clientId
  // @ts-expect-error a user's token may not name its client
  const clientId: string = principal.clientId
  return principal.subject + clientId
}

export const verifier: TokenVerifier = {
  // @ts-expect-error a verified token is more than a yes
  verify: async () => true,
}

void typed.protectFetch((_request: Request, _env: { readonly KEY: string }) => new Response())(
  new Request(resource),
  // @ts-expect-error the platform's arguments keep their types
  { KEY: 1 },
)
