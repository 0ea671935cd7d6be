import { createResourceServer } from 'mcp-gatehouse'
import { createLimits } from 'mcp-gatehouse/limits'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: ['https://id.example.com/realms/acme'],
  limits: createLimits({
    perAddress: '600/minute',
    failuresPerAddress: '30/minute',
    perPrincipal: '120/minute',
    concurrentPerPrincipal: 8,
    tools: {
      search: { perPrincipal: '30/minute', overall: '1000/minute' },
      'delete_*': { perPrincipal: '10/hour' },
    },
  }),
})
