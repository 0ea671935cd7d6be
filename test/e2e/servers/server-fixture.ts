import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ResourceServer } from 'mcp-gatehouse'

/** An MCP server of one framework behind the gate, as a listener of `node:http`. */
export type ServerFixture = (
  gatehouse: ResourceServer,
  path: string,
) => Promise<(req: IncomingMessage, res: ServerResponse) => unknown>
