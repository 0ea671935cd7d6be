import { createResourceServer } from 'mcp-gatehouse'
import { userinfoVerifier } from 'mcp-gatehouse/verifiers'

const issuer = 'https://id.example.com'
const resource = 'https://mcp.example.com/mcp'

export const gatehouse = createResourceServer({
  resource,
  authorizationServers: [issuer],
  verifier: userinfoVerifier({
    provider: 'generic',
    issuer,
    userinfoEndpoint: `${issuer}/userinfo`,
    audience: resource,
    provesAudience: ({ azp }) => azp === 'notes-mcp-client', // this provider says whose token it is
  }),
})
