import { fromJsonSchema, type McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { embedded, image, result, text, WAV } from './content.ts'

const none = z.object({})

/** The tools that answer in one round: each kind of content, an error, and progress. */
export function registerTools(server: McpServer): void {
  registerContentTools(server)
  server.registerTool(
    'test_error_handling',
    { description: 'Fails', inputSchema: none },
    async () => {
      throw new Error('This tool fails on purpose')
    },
  )
  server.registerTool(
    'test_tool_with_progress',
    { description: 'Reports progress three times', inputSchema: none },
    async (_args, { mcpReq }) => {
      const { _meta: meta } = mcpReq
      const progressToken = meta?.progressToken
      for (const progress of progressToken === undefined ? [] : [0, 50, 100]) {
        await mcpReq.notify({
          method: 'notifications/progress',
          params: { progressToken, progress, total: 100 },
        })
      }
      return result(text('Done'))
    },
  )
}

function registerContentTools(server: McpServer): void {
  const contents = {
    test_simple_text: [text('A simple text')],
    test_image_content: [image()],
    test_audio_content: [{ type: 'audio' as const, data: WAV, mimeType: 'audio/wav' }],
    test_embedded_resource: [embedded('test://embedded-resource', 'text/plain', 'Embedded')],
    test_multiple_content_types: [
      text('Several kinds of content:'),
      image(),
      embedded('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
    ],
  }
  for (const [name, content] of Object.entries(contents)) {
    const description = `Answers with ${content.map(({ type }) => type).join(', ')}`
    server.registerTool(name, { description, inputSchema: none }, async () => result(...content))
  }
}

/** Tools whose input schema is the point: JSON Schema 2020-12, and a parameter that is a header. */
export function registerSchemaTools(server: McpServer): void {
  server.registerTool(
    'json_schema_2020_12_tool',
    {
      description: 'Has a schema with keywords of JSON Schema 2020-12',
      inputSchema: contactSchema,
    },
    async () => result(text('Accepted')),
  )
  server.registerTool(
    'test_x_mcp_header',
    { description: 'Has a parameter that is mirrored in a header', inputSchema: regionSchema },
    async ({ region }) => result(text(region ?? 'none')),
  )
}

const mirrored = { type: 'string', 'x-mcp-header': 'Region' } as const

const regionSchema = fromJsonSchema<{ region?: string }>({
  type: 'object',
  properties: { region: mirrored },
})

const contactSchema = fromJsonSchema<Record<string, unknown>>({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // oxlint-disable-next-line unicorn/no-thenable -- A keyword of JSON Schema, not a promise.
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
})
