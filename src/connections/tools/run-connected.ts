import { callerOf } from '../../context/index.ts'
import { DeniedError } from '../../errors/index.ts'
import type { Principal } from '../../principal/index.ts'
import { ConnectionRequired, type NeededConnection } from '../connection-required.ts'
import type { ConnectionsCore } from '../connections.ts'
import type { Credential } from '../credential.ts'
import { ownerOf } from '../owner.ts'
import { isDeclined } from './ask-by-result.ts'
import { askUser } from './ask-user.ts'
import { answerRefusal, CallRefusal, connectionRefusal, toolError } from './call-refusal.ts'
import { type McpCall, readCall } from './mcp-call.ts'
import { operationDigest } from './operation.ts'
import type { RequestStates, WaitingCall } from './request-state.ts'
import { invalidState } from './state-hook.ts'
import { declinedText, endedAgainText } from './texts.ts'
import { type AskSettings, dropRequests, servicesOf, titlesOf, type UserAsk } from './user-ask.ts'

/** What a call needs. */
export interface ConnectedTool {
  readonly core: ConnectionsCore
  readonly states: RequestStates
  readonly services: readonly string[]
  readonly settings: AskSettings
}

/** What is done with the credentials of a caller, by the names of their services. */
export type UseCredentials = (credentials: Readonly<Record<string, Credential>>) => unknown

/** Runs a handler with the credentials of its caller, or has the user asked for them. */
export async function runConnected(
  tool: ConnectedTool,
  handler: (...parameters: readonly unknown[]) => unknown,
  parameters: readonly unknown[],
): Promise<unknown> {
  const call = readCall(parameters)
  const use: UseCredentials = (credentials) =>
    handler(...parameters.slice(0, -1), credentials, parameters.at(-1))
  try {
    return await runCall(tool, call, callerOf(call.context), use)
  } catch (error) {
    if (error instanceof CallRefusal) return answerRefusal(call, error)
    // There is nothing to connect: the user is told, also where the SDK would make no tool error of it.
    const isRefused = error instanceof DeniedError && error.code === 'ERR_DENIED_EXCHANGE'
    if (isRefused && call.isLowLevelToolCall) return toolError(error.message)
    throw error
  }
}

/**
 * Does what a call is for with the credentials of its caller, or has the user asked for them.
 *
 * @throws {CallRefusal} where neither is possible
 */
export async function runCall(
  tool: ConnectedTool,
  call: McpCall,
  principal: Principal<unknown> | undefined,
  use: UseCredentials,
): Promise<unknown> {
  const { core, states, settings } = tool
  if (principal === undefined) throw new DeniedError('ERR_DENIED_NO_USER', 'Connection')
  const owner = ownerOf(principal)
  const operation = await operationDigest(call, tool.services)
  const waiting = await readWaiting(tool, call, principal, operation)
  const ask = { core, states, settings, call, owner, operation, clientId: principal.clientId }
  if (waiting !== undefined) await heedRefusal(tool, { ...ask, waiting })

  const asked = new Set<string>()
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- each try comes after what the user did
    const outcome = await tryUse(tool, principal, use)
    if ('result' in outcome) return outcome.result
    const { needs, isDuringCall } = outcome
    const wasAsked = needs.some(
      ({ service }) =>
        asked.has(service) || (isDuringCall && waiting?.services[service] !== undefined),
    )
    if (wasAsked) throw connectionRefusal(endedAgainText(titlesOf(needs)), servicesOf(needs))
    // oxlint-disable-next-line no-await-in-loop
    const answer = await askUser({ ...ask, waiting, needs })
    if (answer.kind === 'answer') return answer.value
    for (const { service } of needs) asked.add(service)
  }
}

/** What the client has sent back of an earlier call, used up by that. */
async function readWaiting(
  { core, states }: ConnectedTool,
  { requestState }: McpCall,
  principal: Principal<unknown>,
  operation: string,
): Promise<WaitingCall | undefined> {
  if (requestState === undefined || !states.isOurs(requestState)) return undefined
  const { id: principalId, clientId } = principal
  const found = await states.take(requestState, { principalId, clientId, operation })
  if (typeof found === 'string') throw invalidState(core, found, principal)
  return found
}

/** A user who does not want to connect a service does not want the call either. */
async function heedRefusal(
  { core }: ConnectedTool,
  { call, waiting, owner }: Pick<UserAsk, 'call' | 'owner'> & { readonly waiting: WaitingCall },
): Promise<void> {
  if (!isDeclined(waiting, call.inputResponses)) return
  const links = Object.values(waiting.services)
  await dropRequests(
    { core, owner },
    links.map(({ requestId }) => requestId),
  )
  const services = Object.keys(waiting.services)
  const titles = services.map((name) => core.settings.services.get(name)?.title ?? name)
  throw connectionRefusal(declinedText(titles), services)
}

type Outcome =
  | { readonly result: unknown }
  /** `isDuringCall`: the handler had its credentials, and found that one has ended. */
  | { readonly needs: readonly NeededConnection[]; readonly isDuringCall: boolean }

async function tryUse(
  { core, services }: ConnectedTool,
  principal: Principal<unknown>,
  use: UseCredentials,
): Promise<Outcome> {
  const found = await Promise.all(services.map(async (name) => find(core, principal, name)))
  const needs = found.flatMap(({ needed }) => needed)
  if (needs.length > 0) return { needs, isDuringCall: false }
  const credentials = Object.fromEntries(
    found.flatMap(({ credential }) => (credential ? [[credential.service, credential]] : [])),
  )
  try {
    return { result: await use(credentials) }
  } catch (error) {
    if (!(error instanceof ConnectionRequired)) throw error
    return { needs: error.services, isDuringCall: true }
  }
}

interface Found {
  readonly credential?: Credential
  readonly needed: readonly NeededConnection[]
}

async function find(
  core: ConnectionsCore,
  principal: Principal<unknown>,
  name: string,
): Promise<Found> {
  try {
    return { credential: await core.get(principal, name), needed: [] }
  } catch (error) {
    if (error instanceof ConnectionRequired) return { needed: error.services }
    throw error
  }
}
