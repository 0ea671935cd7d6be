import type { PolicyOptions } from 'mcp-gatehouse'
import type { App } from '../../adapters/platforms/index.ts'
import type { WireAnswer, WireRequest } from '../../adapters/wire.ts'
import type { World, WorldOptions } from '../../adapters/world.ts'
import { createMint, openPolicyWorld } from '../../conformance/policy-world.ts'

/** A policy whose rules tell apart what is lacking, hidden, open and unlisted. */
export const POLICY: PolicyOptions = {
  tools: {
    read_note: 'notes:read',
    write_note: ['notes:write', 'notes:share'],
    stats: { scopes: 'notes:read', roles: ['admin'] },
  },
  prompts: { daily: 'notes:read' },
  resources: { 'note://public/{id}': [], 'note://private/{id}': 'notes:private' },
}

/** A world of {@link POLICY}, and a way to get a token of a user of its own. */
export interface AuthzWorld {
  readonly world: World
  readonly mint: ReturnType<typeof createMint>
}

export async function openAuthzWorld(options: WorldOptions = {}): Promise<AuthzWorld> {
  const server = { policy: POLICY, ...options.server }
  const world = await openPolicyWorld({ ...options, server })
  return { world, mint: createMint(world) }
}

/** The scopes of the challenge in an answer; `undefined` where it is none for scopes. */
export function challengedScope({ status, headers }: WireAnswer): string | undefined {
  const challenge = headers['www-authenticate'] ?? ''
  if (status !== 403 || !challenge.includes('error="insufficient_scope"')) return undefined
  return /scope="([^"]*)"$/.exec(challenge)?.[1]
}

/** The code of the JSON-RPC error in an answer. */
export function errorCode({ body }: WireAnswer): unknown {
  return (JSON.parse(body) as { error?: { code?: unknown } }).error?.code
}

/** Sends requests one after the other. */
export async function sendAll(app: App, requests: readonly WireRequest[]): Promise<WireAnswer[]> {
  const answers: WireAnswer[] = []
  for (const request of requests) answers.push(await app.send(request))
  return answers
}
