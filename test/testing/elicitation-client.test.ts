import { createServer } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import {
  createMcpHandler,
  inputRequired,
  inputResponse,
  isLegacyRequest,
  McpServer,
  UrlElicitationRequiredError,
} from '@modelcontextprotocol/server'
import { createResourceServer } from 'mcp-gatehouse'
import { protect } from 'mcp-gatehouse/node'
import {
  connectElicitationClient,
  createScriptedBrowser,
  createTokenIssuer,
  type ElicitationClientOptions,
} from 'mcp-gatehouse/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { createSessionsHandler } from '../conformance/everything/sessions.ts'

const visits: string[] = []
const pages = createServer((req, res) => {
  visits.push(req.url ?? '')
  res.setHeader('content-type', 'text/html').end('<title>Connected</title>')
})
const pageUrl = `http://127.0.0.1:${await listen(pages, 0, '127.0.0.1')}/connect?id=1`

const QUESTIONS = {
  ask_form: () =>
    inputRequired.elicit({
      message: 'Your name?',
      requestedSchema: {
        type: 'object',
        properties: { name: { type: 'string' } },
        required: ['name'],
      },
    }),
  ask_url: () => inputRequired.elicitUrl({ message: 'Connect', url: pageUrl }),
}

/** Its tools ask once, and answer with what came back. */
function buildServer(): McpServer {
  const server = new McpServer({ name: 'asks', version: '1.0.0' })
  for (const [name, question] of Object.entries(QUESTIONS)) {
    server.registerTool(name, {}, ({ mcpReq }) => {
      const response = inputResponse(mcpReq.inputResponses, 'input')
      if (response.kind === 'missing')
        return inputRequired({ inputRequests: { input: question() } })
      return { content: [{ type: 'text', text: JSON.stringify(response) }] }
    })
  }
  server.registerTool('refuse', {}, () => {
    throw new UrlElicitationRequiredError([
      { mode: 'url', message: 'Connect', url: pageUrl, elicitationId: '1' },
    ])
  })
  return server
}

const issuer = await createTokenIssuer()
const server = createServer()
const resource = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}/mcp`
const gatehouse = createResourceServer({
  resource,
  authorizationServers: [issuer.issuer],
  allowInsecureLoopback: true,
})
const modern = createMcpHandler(buildServer, { legacy: 'reject' })
const legacy = createSessionsHandler(buildServer)
const fetch: typeof legacy = async (request, options) =>
  (await isLegacyRequest(request, options?.parsedBody))
    ? legacy(request, options)
    : modern.fetch(request, options)
server.on('request', protect(gatehouse, toNodeHandler({ fetch })))
afterAll(() => Promise.all([close(server), close(pages), issuer.close()]))

const REVISIONS = ['2025-11-25', '2026-07-28'] as const

describe.each(REVISIONS)('at %s', (protocolVersion) => {
  const connect = async (options: ElicitationClientOptions) => {
    const token = await issuer.mint({ aud: resource })
    const connected = await connectElicitationClient(resource, {
      token,
      protocolVersion,
      ...options,
    })
    expect(connected.client.getNegotiatedProtocolVersion()).toBe(protocolVersion)
    return connected
  }
  const call = async (options: ElicitationClientOptions, name: keyof typeof QUESTIONS) => {
    const { client, requests } = await connect(options)
    try {
      const { content } = await client.callTool({ name })
      const [block] = content
      return { said: block?.type === 'text' ? block.text : undefined, requests }
    } finally {
      await client.close()
    }
  }

  test.each([
    { action: 'accept' as const, content: { name: 'Alice' } },
    { action: 'decline' as const },
    { action: 'cancel' as const },
  ])('a form is answered with $action', async (answer) => {
    const { said, requests } = await call({ form: async () => answer }, 'ask_form')
    expect(JSON.parse(said ?? '')).toEqual({ kind: 'elicit', ...answer })
    expect(requests).toMatchObject([
      { message: 'Your name?', requestedSchema: { required: ['name'] } },
    ])
  })

  test('a URL is opened by the browser of the test', async () => {
    const browser = createScriptedBrowser()
    const before = visits.length
    const { said, requests } = await call(
      {
        url: async (url) => {
          expect(await browser.open(url)).toMatchObject({ kind: 'page', title: 'Connected' })
          return { action: 'accept' }
        },
      },
      'ask_url',
    )
    expect(JSON.parse(said ?? '')).toEqual({ kind: 'elicit', action: 'accept' })
    expect(requests).toMatchObject([{ mode: 'url', message: 'Connect', url: pageUrl }])
    expect(visits.slice(before)).toEqual(['/connect?id=1'])
  })

  test('a URL is declined, and nothing opens it', async () => {
    const before = visits.length
    const { said } = await call({ url: () => ({ action: 'decline' }) }, 'ask_url')
    expect(JSON.parse(said ?? '')).toEqual({ kind: 'elicit', action: 'decline' })
    expect(visits).toHaveLength(before)
  })

  test.each([
    ['ask_url', { form: () => ({ action: 'accept' as const }) }],
    ['ask_form', { url: () => ({ action: 'accept' as const }) }],
    ['ask_form', {}],
  ] as const)('a mode without an answer is not declared: %s', async (name, options) => {
    const { client, requests } = await connect(options)
    const outcome = await client.callTool({ name }).then(
      ({ isError }) => isError === true,
      () => true,
    )
    expect([outcome, requests]).toEqual([true, []])
    await client.close()
  })

  test('without a token the gate refuses it', async () => {
    await expect(
      connect({ token: undefined, form: () => ({ action: 'cancel' }) }),
    ).rejects.toMatchObject({ status: 401 })
  })
})

test('the error -32042 of 2025-11-25 rejects the call, and opens nothing', async () => {
  const { client, requests } = await connectElicitationClient(resource, {
    token: await issuer.mint({ aud: resource }),
    protocolVersion: '2025-11-25',
    url: () => ({ action: 'accept' }),
  })
  await expect(client.callTool({ name: 'refuse' })).rejects.toMatchObject({
    code: -32_042,
    data: { elicitations: [{ url: pageUrl }] },
  })
  expect(requests).toEqual([])
  await client.close()
})

test('it takes the newest revision that the server has', async () => {
  const token = await issuer.mint({ aud: resource })
  const { client } = await connectElicitationClient(resource, { token })
  expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28')
  await client.close()
})
