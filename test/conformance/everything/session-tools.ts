import {
  type CallToolResult,
  type InputRequests,
  type InputRequiredResult,
  inputRequired,
  type McpServer,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { result, text } from './content.ts'

const none = z.object({})

/** What the suite asks only servers with sessions for: requests and logs from server to client. */
export function registerSessionTools(server: McpServer): void {
  server.server.setRequestHandler('resources/subscribe', async () => ({}))
  server.server.setRequestHandler('resources/unsubscribe', async () => ({}))
  server.registerTool(
    'test_tool_with_logging',
    { description: 'Logs three times', inputSchema: none },
    async (_args, { mcpReq }) => {
      for (const step of ['started', 'working', 'completed']) await mcpReq.log('info', step)
      return result(text('Logged'))
    },
  )
  server.registerTool(
    'test_sampling',
    { description: 'Asks the model', inputSchema: z.object({ prompt: z.string() }) },
    async ({ prompt }, { mcpReq }) =>
      answerOr(mcpReq.inputResponses, {
        answer: inputRequired.createMessage({
          messages: [{ role: 'user', content: text(prompt) }],
          maxTokens: 100,
        }),
      }),
  )
  server.registerTool(
    'test_reconnection',
    { description: 'Answers on the next connection', inputSchema: none },
    async (_args, { http }) => {
      http?.closeSSE?.()
      return result(text('Reconnected'))
    },
  )
  registerElicitationTools(server)
}

function registerElicitationTools(server: McpServer): void {
  server.registerTool(
    'test_elicitation',
    { description: 'Asks the user', inputSchema: z.object({ message: z.string() }) },
    async ({ message }, { mcpReq }) =>
      answerOr(mcpReq.inputResponses, {
        answer: inputRequired.elicit({
          message,
          requestedSchema: z.object({ username: z.string(), email: z.string() }),
        }),
      }),
  )
  for (const [name, requestedSchema] of Object.entries(elicitationSchemas)) {
    server.registerTool(
      name,
      { description: 'Asks the user to fill in a form', inputSchema: none },
      async (_args, { mcpReq }) =>
        answerOr(mcpReq.inputResponses, {
          answer: inputRequired.elicit({ message: 'Please fill in', requestedSchema }),
        }),
    )
  }
}

function answerOr(
  responses: Readonly<Record<string, unknown>> | undefined,
  inputRequests: InputRequests,
): CallToolResult | InputRequiredResult {
  return responses?.answer === undefined
    ? inputRequired({ inputRequests })
    : result(text(JSON.stringify(responses.answer)))
}

const titled = [
  { const: 'value1', title: 'First' },
  { const: 'value2', title: 'Second' },
]
const elicitationSchemas = {
  test_elicitation_sep1034_defaults: {
    type: 'object' as const,
    properties: {
      name: { type: 'string' as const, default: 'John Doe' },
      age: { type: 'integer' as const, default: 30 },
      score: { type: 'number' as const, default: 95.5 },
      status: {
        type: 'string' as const,
        enum: ['active', 'inactive', 'pending'],
        default: 'active',
      },
      verified: { type: 'boolean' as const, default: true },
    },
  },
  test_elicitation_sep1330_enums: {
    type: 'object' as const,
    properties: {
      untitledSingle: { type: 'string' as const, enum: ['option1', 'option2'] },
      titledSingle: { type: 'string' as const, oneOf: titled },
      legacyEnum: {
        type: 'string' as const,
        enum: ['option1', 'option2'],
        enumNames: ['First', 'Second'],
      },
      untitledMulti: {
        type: 'array' as const,
        items: { type: 'string' as const, enum: ['option1', 'option2'] },
      },
      titledMulti: { type: 'array' as const, items: { anyOf: titled } },
    },
  },
}
