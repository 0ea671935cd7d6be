import type { PolicyOptions } from 'mcp-gatehouse'
import type { WireAnswer } from '../adapters/wire.ts'
import {
  METADATA_URL,
  openWorld,
  RESOURCE,
  type World,
  type WorldOptions,
} from '../adapters/world.ts'

const LACKING = 'The access token lacks a scope that this request needs.'

/** Notes, with a rule of each kind that tests of requirements need. */
export const NOTES: PolicyOptions = {
  tools: {
    read_notes: 'notes:read',
    write_note: 'notes:write',
    share_note: ['notes:write', 'notes:share'],
    delete_notes: ({ all }) => (all === true ? ['notes:delete', 'notes:audit'] : 'notes:delete'),
    admin_stats: { scopes: 'notes:read', roles: ['admin'] },
    own_note: { scopes: 'notes:read', when: ({ tenant }) => tenant === 'acme' },
    broken: {
      scopes: 'notes:read',
      when: () => {
        throw new Error('policy store is down')
      },
    },
    'open_*': [],
  },
  prompts: { daily: 'notes:read' },
  resources: { 'note://{id}': 'notes:read' },
}

/** A policy in front of every platform, without scopes that every request needs. */
export function openPolicyWorld(options: WorldOptions = {}): Promise<World> {
  const server = { requiredScopes: [], policy: NOTES, ...options.server }
  return openWorld({ ...options, server })
}

/** Mints tokens of a user each, since who is challenged again and again is no longer challenged. */
export function createMint({ issuer }: Pick<World, 'issuer'>) {
  let users = 0
  return (scope: string, claims: Readonly<Record<string, unknown>> = {}): Promise<string> => {
    users += 1
    return issuer.mint({ aud: RESOURCE, sub: `user-${users}`, scope, ...claims })
  }
}

/** The 403 that asks for `scope`: with an id as JSON-RPC error, without one as OAuth JSON. */
export function lacking(scope: string, id?: unknown): WireAnswer {
  const data = { error: 'insufficient_scope', error_description: LACKING, scope }
  const error = { code: -32_003, message: LACKING, data }
  return {
    status: 403,
    headers: {
      'cache-control': 'no-store',
      'content-type': 'application/json',
      'www-authenticate': `Bearer error="insufficient_scope", error_description="${LACKING}", resource_metadata="${METADATA_URL}", scope="${scope}"`,
    },
    body: JSON.stringify(id === undefined ? data : { jsonrpc: '2.0', id, error }),
  }
}

/** An answer of the gate that is no challenge. */
export function answered(status: number, body: unknown): WireAnswer {
  return {
    status,
    headers: { 'cache-control': 'no-store', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
}

/** The JSON-RPC error that refuses one request. */
export function refusedWith(status: number, id: unknown, code: number, message: string) {
  return answered(status, { jsonrpc: '2.0', id, error: { code, message } })
}
