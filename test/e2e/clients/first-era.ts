import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import { expect } from 'vitest'
import { linesOf, messageOf } from '../../conformance/eras.ts'
import { obtainTokens, register } from '../../testing/flow.ts'
import { type ConnectClient, textOf } from './connected-client.ts'

const REVISION = '2025-03-26'

interface RpcAnswer {
  readonly result: unknown
}

/**
 * A client that knows the rules of 2025-03-26 alone: the authorization server is at the origin of
 * the MCP server, at `/authorize`, `/token` and `/register` where it publishes no metadata; a
 * request names neither a resource nor, without a reason, scopes.
 *
 * @see https://modelcontextprotocol.io/specification/2025-03-26/basic/authorization
 */
export const connectFirstEra: ConnectClient = async (serverUrl, signIn) => {
  const { origin } = new URL(serverUrl)
  let token: string | undefined
  let session: string | undefined

  const post = async (message: object): Promise<Response> => {
    const response = await fetch(serverUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...Object.fromEntries(linesOf(REVISION, '')),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(session !== undefined && { 'mcp-session-id': session }),
      },
      body: JSON.stringify(message),
    })
    session ??= response.headers.get('mcp-session-id') ?? undefined
    return response
  }
  const initialize = messageOf(
    REVISION,
    'initialize',
    {
      protocolVersion: REVISION,
      capabilities: {},
      clientInfo: { name: 'first-era', version: '1.0.0' },
    },
    1,
  )

  const refused = await post(initialize)
  expect(refused.status).toBe(401)
  await expectDefaultEndpoints(origin)
  const { client } = await register(origin, {
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  })
  const tokens = await obtainTokens(origin, {
    browser: createScriptedBrowser(),
    clientId: String(client['client_id']),
    signIn,
  })
  token = String(tokens['access_token'])
  const { result } = await readAnswer(await post(initialize))
  const { protocolVersion } = result as { readonly protocolVersion: string }
  expect((await post(messageOf(REVISION, 'notifications/initialized'))).status).toBe(202)
  return {
    protocolVersion,
    callTool: async (name, args = {}) => {
      const call = messageOf(REVISION, 'tools/call', { name, arguments: args }, 2)
      return textOf((await readAnswer(await post(call))).result)
    },
    close: async () => undefined,
  }
}

/** What its metadata says is where clients look that find none. */
async function expectDefaultEndpoints(origin: string): Promise<void> {
  const answer = await fetch(`${origin}/.well-known/oauth-authorization-server`, {
    headers: { 'mcp-protocol-version': REVISION },
  })
  expect(await answer.json()).toMatchObject({
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    registration_endpoint: `${origin}/register`,
  })
}

/** A JSON-RPC answer, plain or as the one event of a stream. */
async function readAnswer(response: Response): Promise<RpcAnswer> {
  expect(response.status).toBe(200)
  const text = await response.text()
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  const json = isStream ? (/^data: (?<data>\{.*)$/m.exec(text)?.groups?.['data'] ?? '') : text
  return JSON.parse(json) as RpcAnswer
}
