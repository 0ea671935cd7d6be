import { createServer } from 'node:http'
import { createResourceServer } from 'mcp-gatehouse'
import { protect } from 'mcp-gatehouse/node'
import { assertionVerifier } from 'mcp-gatehouse/verifiers'

const gatehouse = createResourceServer({
  resource: 'https://notes.internal.example.com/mcp', // `upstream` of the route
  authorizationServers: ['https://mcp.example.com'], // `publicUrl` of the gateway
  verifier: assertionVerifier({ issuer: 'https://mcp.example.com' }),
})

createServer(
  protect(gatehouse, ({ principal }, response) => {
    response.end(`You are ${principal.subject}`)
  }),
).listen(Number(process.env['PORT'] ?? 8000), '127.0.0.1')
