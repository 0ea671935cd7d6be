import { createResourceServer, type ResourceServerOptions } from 'mcp-gatehouse'
import { createTokenIssuer, type TokenIssuer } from 'mcp-gatehouse/testing'
import { describe, expect, onTestFinished, test } from 'vitest'

const RESOURCE = 'http://127.0.0.1/mcp'
const METADATA = 'http://127.0.0.1/.well-known/oauth-protected-resource/mcp'

type Server = Exclude<ResourceServerOptions['authorizationServers'][number], string>

async function start(
  server: (issuer: TokenIssuer) => Partial<Server> = () => ({}),
  options: Partial<ResourceServerOptions> = {},
) {
  const issuer = await createTokenIssuer()
  onTestFinished(() => issuer.close())
  const gatehouse = createResourceServer({
    resource: RESOURCE,
    authorizationServers: [{ issuer: issuer.issuer, ...server(issuer) }],
    allowInsecureLoopback: true,
    ...options,
  })
  const protectedServer = gatehouse.protect(
    (_request, { principal }) => new Response(JSON.stringify([principal.issuer, principal.kind])),
  )
  const ask = async (token?: string, name = 'find'): Promise<Response> =>
    protectedServer(
      new Request(RESOURCE, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } }),
      }),
    )
  const readMetadata = async (): Promise<unknown> =>
    (await protectedServer(new Request(METADATA))).json()
  return { ask, readMetadata, issuer }
}

describe('clientsWithoutAudience', () => {
  const allowing = () => start(() => ({ clientsWithoutAudience: ['pool-client'] }))

  test('a token without aud of such a client is accepted', async () => {
    const { ask, issuer } = await allowing()
    const token = await issuer.mint({ client_id: 'pool-client' })
    expect((await ask(token)).status).toBe(200)
  })

  test.each([
    ['of another client', { client_id: 'other' }],
    ['of no client', { client_id: undefined }],
    ['of a client that azp names', { client_id: undefined, azp: 'pool-client' }],
    ['of a list of clients', { client_id: ['pool-client'] }],
    ['with another aud', { client_id: 'pool-client', aud: 'https://other.example.com' }],
    ['with an empty aud', { client_id: 'pool-client', aud: [] }],
    ['with a null aud', { client_id: 'pool-client', aud: null }],
  ])('a token %s is refused', async (_name, claims) => {
    const { ask, issuer } = await allowing()
    expect((await ask(await issuer.mint(claims))).status).toBe(401)
  })

  test('without the option every token needs aud', async () => {
    const { ask, issuer } = await start()
    expect((await ask(await issuer.mint({ client_id: 'pool-client' }))).status).toBe(401)
  })
})

describe('tokenIssuer', () => {
  const root = 'https://env.example.com'
  const paired = () => start(() => ({ tokenIssuer: root }))

  test('clients are sent to issuer, and tokens have the other identifier', async () => {
    const { ask, readMetadata, issuer } = await paired()
    const answer = await ask(await issuer.mint({ iss: root, aud: RESOURCE }))
    expect([answer.status, await answer.json()]).toEqual([200, [root, 'user']])
    expect(await readMetadata()).toMatchObject({ authorization_servers: [issuer.issuer] })
  })

  test('a token whose iss is that of the metadata is refused', async () => {
    const { ask, issuer } = await paired()
    expect((await ask(await issuer.mint({ aud: RESOURCE }))).status).toBe(401)
  })

  test('two servers with tokens of one issuer are refused at creation', () => {
    const servers = ['https://a.example.com', 'https://b.example.com'].map((issuer) => ({
      issuer,
      tokenIssuer: root,
    }))
    expect(() =>
      createResourceServer({ resource: 'https://h.example/mcp', authorizationServers: servers }),
    ).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_ISSUER_DUPLICATE' }))
  })
})

describe('requestScopes', () => {
  const prefixed = (scopes: readonly string[]) => scopes.map((scope) => `api://notes/${scope}`)
  const policy = { tools: { find: 'notes.read', delete: 'notes.write' } }
  const translated = () =>
    start(() => ({ requestScopes: prefixed }), {
      requiredScopes: ['notes.read'],
      policy,
    })

  test('metadata and 401 have the words of the server', async () => {
    const { ask, readMetadata } = await translated()
    expect(await readMetadata()).toMatchObject({
      scopes_supported: ['api://notes/notes.read'],
    })
    expect((await ask()).headers.get('www-authenticate')).toBe(
      `Bearer resource_metadata="${METADATA}", scope="api://notes/notes.read"`,
    )
  })

  test('403 has them too, and tokens have those of the policy', async () => {
    const { ask, issuer } = await translated()
    const token = await issuer.mint({ aud: RESOURCE, scope: undefined, scp: 'notes.read' })
    expect((await ask(token)).status).toBe(200)
    const answer = await ask(token, 'delete')
    expect(answer.status).toBe(403)
    expect(answer.headers.get('www-authenticate')).toContain(
      'scope="api://notes/notes.read api://notes/notes.write"',
    )
  })

  test('words that are no scopes are refused at creation', async () => {
    const authorizationServers = [
      { issuer: 'https://id.example.com', requestScopes: () => ['a b'] },
    ]
    expect(() =>
      createResourceServer({ resource: 'https://h.example/mcp', authorizationServers }),
    ).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_SCOPE_INVALID' }))
  })
})
