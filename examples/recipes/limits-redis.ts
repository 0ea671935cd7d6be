import type { Redis } from 'ioredis'
import { createResourceServer, type ResourceServer } from 'mcp-gatehouse'
import { createLimits, redisLimits } from 'mcp-gatehouse/limits'

export function createGatehouse(redis: Redis): ResourceServer {
  return createResourceServer({
    resource: 'https://mcp.example.com/mcp',
    authorizationServers: ['https://id.example.com/realms/acme'],
    limits: createLimits({ store: redisLimits(redis), perPrincipal: '120/minute' }),
    onEvent: (event) => {
      if (event.type === 'limits.store_failed') console.error(event.store, event.error.message)
    },
  })
}
