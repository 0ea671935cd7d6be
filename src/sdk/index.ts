/**
 * The policy again, around the handlers of an MCP server built on the official SDK (v1 or v2).
 *
 * @module
 */
export type { CallContext } from '../context/index.ts'
export { type GuardOptions, guard } from './guard.ts'
export { reconcile } from './reconcile.ts'
export { requireScopes } from './require-scopes.ts'
export type { GuardableMcpServer, GuardableServer } from './server.ts'
