import { createServer } from 'node:http'
import type { AuditEvent, Clock } from 'mcp-gatehouse'
import { protect } from 'mcp-gatehouse/node'
import { memory } from 'mcp-gatehouse/storage'
import {
  type CreateTenantsOptions,
  createTenants,
  type TenantOptions,
  type TenantSummary,
  type Tenants,
} from 'mcp-gatehouse/tenants'
import { onTestFinished } from 'vitest'
import type { Storage } from '../../src/storage/index.ts'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { handleNotes } from '../e2e/servers/notes-server.ts'

export const SCOPES = ['notes:read', 'notes:write']
export const USERS = [{ username: 'alice', password: 'wonderland' }]

/** The system's clock, which tests can put forward: `oidc-provider` knows no other one. */
export interface SkippingClock extends Clock {
  pass(seconds: number): void
}

function createClock(): SkippingClock {
  let skipped = 0
  return {
    now: () => Math.floor(Date.now() / 1_000) + skipped,
    elapsed: () => performance.now() + skipped * 1_000,
    pass(seconds) {
      skipped += seconds
    },
  }
}

/** Two tenants, and processes that answer in turn for both of them. */
export interface TenantsWorld {
  readonly address: string
  /** One for each process. */
  readonly replicas: readonly [Tenants, ...Tenants[]]
  /** What each tenant is like; to be changed by tests. */
  readonly options: Map<string, TenantOptions>
  readonly events: { readonly event: AuditEvent; readonly tenant: string | undefined }[]
  readonly clock: SkippingClock
  readonly issuerOf: (id: string) => string
  readonly resourceOf: (id: string) => string
  /** Counts from 0; the process that answers the next request. @defaultValue they take turns */
  answers: number | undefined
}

export interface TenantsWorldOptions {
  /** One for each process. @defaultValue one process with a memory of its own */
  readonly storages?: readonly Storage[]
  /** @defaultValue users of its own */
  readonly tenant?: (id: string, address: string) => Partial<TenantOptions>
  readonly ids?: readonly string[]
}

export async function startTenants(given: TenantsWorldOptions = {}): Promise<TenantsWorld> {
  const { storages = [memory()], ids = ['acme', 'globex'], tenant } = given
  const http = createServer()
  http.keepAliveTimeout = 60_000
  const address = `http://127.0.0.1:${await listen(http, 0, '127.0.0.1')}`
  const issuerOf = (id: string): string => `${address}/t/${id}`
  const resourceOf = (id: string): string => `${issuerOf(id)}/mcp`
  const clock = createClock()
  const options = new Map<string, TenantOptions>()
  for (const id of ids) {
    options.set(id, {
      resources: { [resourceOf(id)]: SCOPES },
      resourceServers: { [resourceOf(id)]: {} },
      ...(tenant === undefined ? { users: USERS } : tenant(id, address)),
    })
  }
  const events: TenantsWorld['events'] = []
  const common: Omit<CreateTenantsOptions, 'storage'> = {
    issuer: `${address}/t/{tenant}`,
    options: ({ id }) => options.get(id),
    allowInsecureLoopback: true,
    onEvent: (event, id) => {
      events.push({ event, tenant: id })
    },
    clock,
  }
  const replicas = storages.map((storage) => createTenants({ ...common, storage }))
  const [first] = replicas
  if (first === undefined) throw new Error('no process')
  for (const id of ids) await first.add(id)
  const world: TenantsWorld = {
    address,
    replicas: replicas as [Tenants, ...Tenants[]],
    options,
    events,
    clock,
    issuerOf,
    resourceOf,
    answers: undefined,
  }
  const listeners = replicas.map(({ handler, resourceServer }) => {
    const mcp = protect(resourceServer, handleNotes)
    return { handler, mcp }
  })
  let turn = 0
  http.on('request', (req, res) => {
    turn += 1
    const chosen = listeners[(world.answers ?? turn) % listeners.length]
    void chosen?.handler(req, res, () => chosen.mcp(req, res))
  })
  onTestFinished(async () => {
    await Promise.all([close(http), ...replicas.map((replica) => replica.close())])
  })
  return world
}

/** Calls a tool as whoever has the token. */
export async function callMcp(resource: string, token: string, tool = 'whoami'): Promise<Response> {
  return fetch(resource, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: tool, arguments: {} },
    }),
  })
}

export async function listTenants(tenants: Tenants): Promise<readonly TenantSummary[]> {
  const all: TenantSummary[] = []
  for await (const tenant of tenants.list()) all.push(tenant)
  return all
}
