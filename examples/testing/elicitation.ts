import {
  acceptedContent,
  createMcpHandler,
  inputRequired,
  McpServer,
} from '@modelcontextprotocol/server'
import { createResourceServer } from 'mcp-gatehouse'
import { connectElicitationClient, createTokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, expect, test } from 'vitest'
import * as z from 'zod'
import { resource } from './notes.ts'

const confirmation = z.object({ sure: z.boolean() })
function buildServer(): McpServer {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })
  server.registerTool('delete_notes', {}, ({ mcpReq }) => {
    if (mcpReq.inputResponses === undefined) {
      const ask = { message: 'Delete all notes?', requestedSchema: confirmation }
      return inputRequired({ inputRequests: { confirmed: inputRequired.elicit(ask) } })
    }
    const confirmed = acceptedContent(mcpReq.inputResponses, 'confirmed', confirmation)
    return { content: [{ type: 'text', text: confirmed?.sure ? 'deleted' : 'kept' }] }
  })
  return server
}

const issuer = await createTokenIssuer()
const gatehouse = createResourceServer({
  resource,
  authorizationServers: [issuer.issuer],
  allowInsecureLoopback: true,
})
const notes = gatehouse.protect(createMcpHandler(buildServer).fetch)
afterAll(() => issuer.close())

test.each([
  ['deleted', { action: 'accept', content: { sure: true } }],
  ['kept', { action: 'decline' }],
] as const)('the notes are %s as the user says', async (text, answer) => {
  const { client, requests } = await connectElicitationClient(resource, {
    token: await issuer.mint({ aud: resource }),
    fetch: (url, init) => notes(new Request(url, init)),
    form: () => answer,
  })
  const { content } = await client.callTool({ name: 'delete_notes' })
  expect(content).toEqual([{ type: 'text', text }])
  expect(requests).toMatchObject([{ message: 'Delete all notes?' }])
  await client.close()
})
