import type { BegunRequest } from '../connection-requests.ts'
import type { NeededConnection } from '../connection-required.ts'
import type { ConnectionsCore } from '../connections.ts'
import type { ConnectionOwner } from '../owner.ts'
import type { McpCall } from './mcp-call.ts'
import type { RequestStates, WaitingCall } from './request-state.ts'

/** How a tool has its user asked; checked, with the defaults. */
export interface AskSettings {
  readonly mode: 'fail-fast' | 'wait'
  readonly waitSeconds: number
  readonly purpose: string | undefined
}

/** A call that cannot go on before its user has connected something. */
export interface UserAsk {
  readonly core: ConnectionsCore
  readonly states: RequestStates
  readonly settings: AskSettings
  readonly call: McpCall
  readonly owner: ConnectionOwner
  readonly clientId: string | undefined
  /** Digest of the call. */
  readonly operation: string
  /** What the client has sent back, where it was asked before. */
  readonly waiting: WaitingCall | undefined
  readonly needs: readonly NeededConnection[]
}

/** What comes of asking: an answer for the client, or all is connected now. */
export type Asked =
  | { readonly kind: 'answer'; readonly value: unknown }
  | { readonly kind: 'connected' }

export const CONNECTED: Asked = { kind: 'connected' }

/** Makes a link for one service. */
export async function beginRequest(
  { core, call, owner, clientId, operation, settings }: UserAsk,
  service: string,
  elicitationId?: string,
): Promise<BegunRequest> {
  return core.requests.begin(owner, service, {
    clientId,
    clientName: call.clientName,
    operation: settings.purpose ?? call.name ?? call.method ?? 'a tool',
    operationDigest: operation,
    elicitationId,
  })
}

/** Forgets links: they open nothing any more. */
export async function dropRequests(
  { core, owner }: Pick<UserAsk, 'core' | 'owner'>,
  ids: readonly string[],
): Promise<void> {
  await Promise.all(ids.map(async (id) => core.requests.drop(owner, id)))
}

/** What people call the services. */
export function titlesOf(needs: readonly NeededConnection[]): readonly string[] {
  return needs.map(({ title }) => title)
}

export function servicesOf(needs: readonly NeededConnection[]): readonly string[] {
  return needs.map(({ service }) => service)
}
