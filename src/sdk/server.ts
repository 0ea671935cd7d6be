import { ConfigError } from '../errors/index.ts'
import type { HandlerRequest } from './answers.ts'
import type { HandlerContext } from './guarded-handler.ts'

/** `Server` of the MCP SDK v1 or v2. */
export interface GuardableServer {
  setRequestHandler(...registration: never[]): void
  connect(...transport: never[]): Promise<void>
}

/** `McpServer` of the MCP SDK v1 or v2. */
export interface GuardableMcpServer {
  readonly server: GuardableServer
}

export type Handler = (request: HandlerRequest, context: HandlerContext) => unknown

/** What both SDKs have below `McpServer`. */
export interface Protocol {
  setRequestHandler(...registration: unknown[]): void
  connect(...transport: unknown[]): Promise<void>
  fallbackRequestHandler?: Handler | undefined
  onerror?: ((error: Error) => void) | undefined
  /** Private, and the only way to a handler that a constructor has registered. */
  readonly _requestHandlers: Map<string, Handler>
}

/** Names that are registered at an `McpServer`; kept in private fields of both SDKs. */
export interface RegisteredNames {
  readonly tools: readonly string[]
  readonly prompts: readonly string[]
}

/** @throws {ConfigError} `ERR_CONFIG_OPTION_TYPE` for anything but a server of the SDK */
export function protocolOf(server: GuardableServer | GuardableMcpServer): Protocol {
  const candidate: unknown = 'server' in server ? server.server : server
  const { _requestHandlers: handlers } = candidate as Partial<Protocol>
  if (handlers instanceof Map) return candidate as Protocol
  throw new ConfigError(
    'ERR_CONFIG_OPTION_TYPE',
    'guard: server (McpServer or Server of @modelcontextprotocol/sdk 1 or @modelcontextprotocol/server 2)',
  )
}

/** Returns `undefined` for a low-level `Server`, whose names only its own handlers know. */
export function registeredNames(
  server: GuardableServer | GuardableMcpServer,
): RegisteredNames | undefined {
  const { _registeredTools: tools, _registeredPrompts: prompts } = server as {
    readonly _registeredTools?: Readonly<Record<string, unknown>>
    readonly _registeredPrompts?: Readonly<Record<string, unknown>>
  }
  if (tools === undefined || prompts === undefined) return undefined
  return { tools: Object.keys(tools), prompts: Object.keys(prompts) }
}
