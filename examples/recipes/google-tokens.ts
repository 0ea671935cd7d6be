import { createResourceServer } from 'mcp-gatehouse'
import { userinfoVerifier } from 'mcp-gatehouse/verifiers'

const clientId = '407408718192.apps.googleusercontent.com'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: [{ issuer: 'https://accounts.google.com', audience: clientId }],
  verifier: userinfoVerifier({ provider: 'google', clientId }),
})
