import { DeniedError } from '../../errors/index.ts'
import type { Principal } from '../../principal/index.ts'
import { isObject } from '../../runtime/index.ts'
import type { ConnectionsCore } from '../connections.ts'
import type { Credential } from '../credential.ts'
import type { Service } from '../service.ts'
import { CallRefusal, connectionRefusal, isToldToModels, toolError } from './call-refusal.ts'
import type { McpCall } from './mcp-call.ts'
import { type MessageClient, readMessage } from './message-call.ts'
import { readServices } from './read-services.ts'
import { createRequestStates } from './request-state.ts'
import type { Credentials } from './require.ts'
import { type RequireOptions, readRequireOptions } from './require-options.ts'
import { runCall } from './run-connected.ts'

/** A message of a client, on its way to an MCP server. */
export interface ConnectedMessage extends MessageClient {
  /** Whose it is: what the verified token says. */
  readonly principal: Principal<unknown>
  /** A JSON-RPC request, parsed. */
  readonly message: unknown
}

/** What a message needs, or what to answer instead of passing it on: a JSON-RPC response. */
export type MessageOutcome<Name extends string> =
  | { readonly credentials: Credentials<Name> }
  | { readonly answer: Readonly<Record<string, unknown>> }

/** What a service gives: an access token, or what its users have typed in. */
export interface ServiceValues {
  readonly title: string
  /** Names of fields; `undefined` for a service with access tokens. */
  readonly fields: readonly string[] | undefined
}

/** What proxies in front of MCP servers need of connections. */
export interface MessageConnections<Services extends string = string> {
  /** By their names. */
  readonly services: ReadonlyMap<string, ServiceValues>
  /**
   * The credentials of the caller of a message, or the answer that asks the user to connect what is
   * missing, right for the revision and what the client can do. On 2025-11-25 calls never wait.
   *
   * @throws {UpstreamError} and {StorageError}, for what is needed and broken
   */
  require<const Name extends Services>(
    services: Name | readonly Name[],
    message: ConnectedMessage,
    options?: Pick<RequireOptions, 'purpose' | 'waitSeconds'>,
  ): Promise<MessageOutcome<Name>>
  /**
   * Whether the `requestState` of a message was given out by `require`: then it, and the
   * `inputResponses` beside it, are not for the server behind.
   */
  isOwnState(requestState: unknown): boolean
}

/** Creates what proxies need of connections. */
export function createMessageConnections<Services extends string>(
  core: ConnectionsCore,
): MessageConnections<Services> {
  const states = createRequestStates(core.settings, 'gatehouse-proxy1.')

  async function require(
    names: string | readonly string[],
    { principal, message, ...client }: ConnectedMessage,
    options: RequireOptions = {},
  ): Promise<MessageOutcome<string>> {
    const services = readServices(core, names, 'connections.messages.require')
    const settings = readRequireOptions(options)
    const call = readMessage(message, client)
    let credentials: Readonly<Record<string, Credential>> | undefined
    try {
      const tool = { core, states, services, settings }
      const result = await runCall(tool, call, principal, (found) => {
        credentials = found
      })
      return credentials === undefined ? { answer: respond(message, { result }) } : { credentials }
    } catch (error) {
      return { answer: respond(message, refusalOf(error, call)) }
    }
  }

  return {
    services: new Map(
      [...core.settings.services].map(([name, service]) => [name, valuesOf(service)]),
    ),
    require,
    isOwnState: (requestState) => typeof requestState === 'string' && states.isOurs(requestState),
  }
}

function valuesOf(service: Service): ServiceValues {
  const { title } = service
  return { title, fields: service.kind === 'secret' ? [...service.fields.keys()] : undefined }
}

/** What is told instead of a result. @throws what is no refusal */
function refusalOf(
  error: unknown,
  call: McpCall,
): { readonly result: unknown } | { readonly error: unknown } {
  const refusal = error instanceof DeniedError ? connectionRefusal(error.message, []) : error
  if (!(refusal instanceof CallRefusal)) throw error
  const { code, message, data } = refusal
  if (call.isLowLevelToolCall && isToldToModels(refusal)) {
    return { result: { ...(call.isModern && { resultType: 'complete' }), ...toolError(message) } }
  }
  return { error: { code, message, data } }
}

function respond(message: unknown, content: Readonly<Record<string, unknown>>) {
  const id = isObject(message) ? message['id'] : undefined
  return { jsonrpc: '2.0', id: id ?? null, ...content }
}
