/** What `init` makes a server of. */
export interface Choices {
  readonly framework: Framework
  readonly provider: string
  readonly store: Store
}

export type Framework = 'express' | 'fastify' | 'hono' | 'node'
export type Store = 'memory' | 'postgres' | 'redis' | 'sqlite'

/** An authorization server of one's own with one user; and none, where MCP clients can use another. */
export const EMBEDDED = 'embedded'
export const DIRECT = 'direct'

export const FRAMEWORKS: readonly Framework[] = ['node', 'express', 'hono', 'fastify']
export const STORES: readonly Store[] = ['memory', 'sqlite', 'postgres', 'redis']

/** Where a store is when nothing else is said. */
export const STORE_URLS: Readonly<Record<Store, string>> = {
  memory: 'memory:',
  sqlite: 'sqlite:./gatehouse.db',
  postgres: 'postgres://gatehouse@127.0.0.1:5432/gatehouse',
  redis: 'redis://127.0.0.1:6379/0',
}

/** Whether there is an authorization server in the process. */
export function hasServer({ provider }: Choices): boolean {
  return provider !== DIRECT
}

/** Whether that authorization server has users sign in at somebody else's. */
export function hasUpstream({ provider }: Choices): boolean {
  return provider !== DIRECT && provider !== EMBEDDED
}

/** Whether records outlive the process, and have to be sealed. */
export function isSealed(choices: Choices): boolean {
  return hasServer(choices) && choices.store !== 'memory'
}
