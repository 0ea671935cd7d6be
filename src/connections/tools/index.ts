/**
 * Connections in the handlers of an MCP server: the official SDK, v1 and v2.
 *
 * @module
 */
export type {
  ConnectedMessage,
  MessageConnections,
  MessageOutcome,
  ServiceValues,
} from './message-connections.ts'
export {
  type Credentials,
  createRequire,
  type ToolConnections,
  type WithCredentials,
} from './require.ts'
export type { RequireOptions } from './require-options.ts'
export type { RequestStateHook } from './state-hook.ts'
