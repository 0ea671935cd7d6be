import {
  createMcpHandler,
  hostHeaderValidationResponse,
  InMemoryServerEventBus,
  isLegacyRequest,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  type McpHttpHandler,
  McpServer,
  originValidationResponse,
  type ServerEventBus,
} from '@modelcontextprotocol/server'
import { registerDiagnosticTools } from './everything/diagnostic-tools.ts'
import { registerInputRequiredTools, stateCodec } from './everything/input-required-tools.ts'
import { registerPrompts, registerResources } from './everything/resources-and-prompts.ts'
import { registerSessionTools } from './everything/session-tools.ts'
import { createSessionsHandler } from './everything/sessions.ts'
import { registerSchemaTools, registerTools } from './everything/tools.ts'

/**
 * A server on the MCP SDK v2 with every tool, resource and prompt that the official conformance
 * suite asks a server for: 2026-07-28 through `createMcpHandler`, and 2025-11-25 with sessions.
 * It has no authorization of its own.
 *
 * @param responseMode - `auto` answers with JSON where nothing precedes the result, `sse` never.
 */
export function createEverythingHandler(
  responseMode: 'auto' | 'sse',
): Pick<McpHttpHandler, 'fetch' | 'close'> {
  const bus = new InMemoryServerEventBus()
  const sessions = createSessionsHandler(() => createEverythingServer(bus, registerSessionTools))
  const handler = createMcpHandler(() => createEverythingServer(bus), {
    bus,
    responseMode,
    legacy: 'reject',
  })
  return {
    fetch: async (request, options) =>
      hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
      originValidationResponse(request, localhostAllowedOrigins()) ??
      ((await isLegacyRequest(request, options?.parsedBody))
        ? sessions(request, options)
        : handler.fetch(request, options)),
    close: () => handler.close(),
  }
}

function createEverythingServer(
  bus: ServerEventBus,
  registerMore?: (server: McpServer) => void,
): McpServer {
  const server = new McpServer(
    { name: 'everything', version: '1.0.0' },
    {
      capabilities: {
        tools: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        prompts: { listChanged: true },
        completions: {},
        logging: {},
      },
      requestState: { verify: (state, context) => stateCodec.verify(state, context) },
    },
  )
  registerTools(server)
  registerSchemaTools(server)
  registerInputRequiredTools(server)
  registerDiagnosticTools(server, bus)
  registerResources(server)
  registerPrompts(server)
  registerMore?.(server)
  return server
}
