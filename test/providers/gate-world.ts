import { createServer } from 'node:http'
import { createResourceServer, type Principal, type ResourceServerOptions } from 'mcp-gatehouse'
import {
  type AuthorizationServer,
  type CreateAuthorizationServerOptions,
  createAuthorizationServer,
  type UpstreamOptions,
} from 'mcp-gatehouse/authorization-server'
import { memory } from 'mcp-gatehouse/storage'
import { createScriptedBrowser, type EmulatedProvider } from 'mcp-gatehouse/testing'
import { expect, onTestFinished } from 'vitest'
import { createUpstream } from '../../src/oauth-client/create-upstream.ts'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { newRing } from '../authorization-server/world.ts'
import { ALICE, obtainTokens, register } from '../testing/flow.ts'
import { signInAt } from './sign-in.ts'

export const RESOURCE = 'https://mcp.example.com/mcp'

/** An emulator that ends with the test. */
export async function open(starting: Promise<EmulatedProvider>): Promise<EmulatedProvider> {
  const provider = await starting
  onTestFinished(() => provider.close())
  return provider
}

/** The client that is registered at an emulator. */
export function clientOf({ clientId, clientSecret }: EmulatedProvider): {
  readonly clientId: string
  readonly clientSecret: string
  readonly allowInsecureLoopback: true
} {
  return { clientId, clientSecret, allowInsecureLoopback: true }
}

/** Signs in as an MCP client would, and has the access token of the provider itself. */
export async function accessTokenOf(
  upstream: UpstreamOptions,
  username = 'alice',
): Promise<string> {
  const password = username === 'alice' ? 'wonderland' : 'builder'
  const { tokens } = await signInAt(createUpstream(upstream), { username, password })
  return tokens.accessToken
}

/** The access token of a client that sends `resource`, as MCP clients do. */
export async function tokenForResource(
  provider: EmulatedProvider,
  scopes: readonly string[],
): Promise<string> {
  const tokens = await provider.obtainTokens({
    scopes: ['openid', ...scopes],
    parameters: { resource: RESOURCE },
  })
  return tokens.access_token
}

/** A server with a tool to read and one to write, behind the gate. */
export interface GatedTools {
  /** Calls a tool: the status, the challenge, and who was let through. */
  call(
    tool: 'find_notes' | 'write_note',
    token: string,
  ): Promise<{
    readonly status: number
    readonly challenge: string | null
    readonly principal: Principal | undefined
  }>
  readonly metadata: () => Promise<unknown>
}

export function gateTools(
  server: ResourceServerOptions['authorizationServers'][number],
  [read, write]: readonly [read: string, write: string],
  options: Partial<ResourceServerOptions> = {},
): GatedTools {
  let caller: Principal | undefined
  const gatehouse = createResourceServer({
    resource: RESOURCE,
    authorizationServers: [server],
    scopesSupported: [read],
    policy: { tools: { find_notes: read, write_note: write } },
    allowInsecureLoopback: true,
    onEvent: () => undefined,
    ...options,
  })
  const tools = gatehouse.protect((_request, { principal }) => {
    caller = principal
    return Response.json({ jsonrpc: '2.0', id: 1, result: {} })
  })
  return {
    async call(tool, token) {
      caller = undefined
      const answer = await tools(
        new Request(RESOURCE, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({
            jsonrpc: '2.0',
            id: 1,
            method: 'tools/call',
            params: { name: tool },
          }),
        }),
      )
      const challenge = answer.headers.get('www-authenticate')
      return { status: answer.status, challenge, principal: caller }
    },
    metadata: async () =>
      (
        await tools(new Request('https://mcp.example.com/.well-known/oauth-protected-resource/mcp'))
      ).json(),
  }
}

/** Our authorization server in front of a provider: a client signs in and calls through the gate. */
export async function throughOurServer(
  start: (options: { readonly redirectUris: readonly string[] }) => Promise<EmulatedProvider>,
  upstreamOf: (provider: EmulatedProvider) => UpstreamOptions,
  name: string,
  clock?: CreateAuthorizationServerOptions['clock'],
): Promise<{
  readonly server: AuthorizationServer
  readonly principal: Principal
  readonly upstreamToken: string
}> {
  const http = createServer()
  const issuer = `http://127.0.0.1:${await listen(http, 0, '127.0.0.1')}`
  const provider = await start({ redirectUris: [`${issuer}/callback/${name}`] })
  onTestFinished(async () => {
    await Promise.all([close(http), provider.close()])
  })
  const resource = `${issuer}/mcp`
  const server = await createAuthorizationServer({
    issuer,
    resources: [resource],
    upstream: upstreamOf(provider),
    storage: memory(),
    keys: { signing: await newRing('signing'), cookies: await newRing('cookies') },
    clock,
    allowInsecureLoopback: true,
  })
  http.on('request', (req, res) => void server.handler(req, res))
  const { client } = await register(issuer)
  const tokens = await obtainTokens(issuer, {
    browser: createScriptedBrowser(),
    clientId: String(client['client_id']),
    signIn: ALICE,
  })
  const gatehouse = createResourceServer({
    resource,
    authorizationServers: [issuer],
    verifier: server.verifier,
    allowInsecureLoopback: true,
  })
  const headers = { authorization: `Bearer ${String(tokens['access_token'])}` }
  const admission = await gatehouse.authenticate(new Request(resource, { headers }))
  if (admission instanceof Response) throw new Error(`${admission.status}`)
  const { accessToken } = await server.upstreamToken(admission.principal)
  expect(JSON.stringify(tokens)).not.toContain(accessToken)
  return { server, principal: admission.principal, upstreamToken: accessToken }
}
