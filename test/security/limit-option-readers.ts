import { sampleEvents } from 'mcp-gatehouse'
import { createAuthorizationServer } from 'mcp-gatehouse/authorization-server'
import { createLimits, memoryLimits, postgresLimits, redisLimits } from 'mcp-gatehouse/limits'
import type { Reader } from './option-reader.ts'
import { SERVER } from './server-option-readers.ts'

const CLIENT = { status: 'ready', defineCommand: () => undefined }
const POOL = { totalCount: 0, query: async () => undefined }

/** What takes options of limits. */
export const LIMIT_READERS: Readonly<Record<string, Reader>> = {
  createLimits: {
    type: 'LimitsOptions',
    good: { perAddress: '1/second' },
    names: ['store', 'perAddress', 'perPrincipal', 'tools', 'outagePercent'],
    read: createLimits,
  },
  'createLimits tools': {
    alsoReads: ['ToolLimits'],
    good: { overall: '1/second' },
    names: ['overall', 'perPrincipal'],
    read: (limits) => createLimits({ tools: { search: limits } }),
  },
  memoryLimits: {
    type: 'MemoryLimitsOptions',
    good: {},
    names: ['maxKeys', 'clock'],
    read: memoryLimits,
  },
  redisLimits: {
    type: 'RedisLimitsOptions',
    good: {},
    names: ['prefix'],
    read: (options) => redisLimits(CLIENT, options),
  },
  postgresLimits: {
    type: 'PostgresLimitsOptions',
    good: {},
    names: ['table'],
    read: (options) => postgresLimits(POOL, options),
  },
  'createAuthorizationServer limits': {
    type: 'ServerLimitsOptions',
    good: {},
    names: ['store', 'pagesPerAddress', 'failuresPerAddress', 'outagePercent'],
    read: (limits) => createAuthorizationServer({ ...SERVER, limits }),
  },
  sampleEvents: {
    type: 'SampleEventsOptions',
    good: {},
    names: ['perSecond', 'clock'],
    read: (options) => sampleEvents(() => undefined, options),
  },
}
