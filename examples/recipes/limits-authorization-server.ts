import type { Redis } from 'ioredis'
import type { CreateAuthorizationServerOptions } from 'mcp-gatehouse/authorization-server'
import { redisLimits } from 'mcp-gatehouse/limits'

export function withLimits(
  options: CreateAuthorizationServerOptions,
  redis: Redis,
): CreateAuthorizationServerOptions {
  return {
    ...options,
    trustedProxyHops: 1,
    registration: { maxPerHour: 30 },
    limits: {
      store: redisLimits(redis),
      pagesPerAddress: '120/minute',
      tokenRequestsPerAddress: '300/minute',
      tokenRequestsPerClient: '600/minute',
      failuresPerAddress: '30/minute',
    },
  }
}
