import { createResourceServer } from 'mcp-gatehouse'
import { createTokenIssuer } from 'mcp-gatehouse/testing'

const resource = 'https://mcp.example.com/mcp'
const issuer = await createTokenIssuer()
const gatehouse = createResourceServer({
  resource,
  authorizationServers: [issuer.issuer],
  allowInsecureLoopback: true,
})

const token = await issuer.mint({ aud: resource, sub: 'alice', scope: 'notes:read' })
const headers = { authorization: `Bearer ${token}` }
const admission = await gatehouse.authenticate(new Request(resource, { headers }))
console.log(admission instanceof Response ? admission.status : admission.principal.id)

await issuer.close()
