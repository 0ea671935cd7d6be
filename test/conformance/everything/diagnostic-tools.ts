import type { McpServer, ServerEventBus } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { result, text } from './content.ts'

const inputSchema = z.object({})

/** The tools by which the suite's `server-stateless` scenario looks into streams. */
export function registerDiagnosticTools(server: McpServer, bus: ServerEventBus): void {
  server.registerTool(
    'test_streaming_elicitation',
    { description: 'Answers on a stream that carries no requests', inputSchema },
    async (_args, { mcpReq }) => {
      // Makes the SDK open a stream for an answer that would be a JSON body otherwise.
      await mcpReq.notify({
        method: 'notifications/progress',
        params: { progressToken: mcpReq.id, progress: 1 },
      })
      return result(text('Streamed'))
    },
  )
  server.registerTool(
    'test_logging_tool',
    { description: 'Logs, where the request asks for it', inputSchema },
    async (_args, { mcpReq }) => {
      await mcpReq.log('info', 'Logged')
      return result(text('Logged'))
    },
  )
  const triggers = {
    test_trigger_tool_change: 'tools_list_changed',
    test_trigger_prompt_change: 'prompts_list_changed',
  } as const
  for (const [name, kind] of Object.entries(triggers)) {
    server.registerTool(name, { description: `Announces ${kind}`, inputSchema }, async () => {
      bus.publish({ kind })
      return result(text('Announced'))
    })
  }
}
