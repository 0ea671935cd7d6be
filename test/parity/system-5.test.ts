import {
  checkServerMetadata,
  createResourceServer,
  fetchServerMetadata,
  fromEnvironment,
  type ResourceServerOptions,
  type TokenVerifier,
} from 'mcp-gatehouse'
import { expect, test } from 'vitest'
import { METADATA_PATH, openWorld, RESOURCE, startIssuer, textOf } from './world.ts'

// mcp-auth.

const SERVER_METADATA = '/.well-known/oauth-authorization-server'
const insecure = { allowInsecureLoopback: true } as const

test('system 5: MCPAuth({server}), which serves the metadata of its server', async () => {
  const issuer = await startIssuer()
  Object.assign(issuer.metadata, { client_id_metadata_document_supported: true })
  const world = await openWorld({ issuer, options: () => ({ mirrorServerMetadata: true }) })
  const answer = await world.send(SERVER_METADATA)
  expect([answer.status, await answer.json()]).toEqual([200, issuer.metadata])
  expect(world.events).toContainEqual(
    expect.objectContaining({
      type: 'config.warning',
      message: expect.stringContaining('mirrorServerMetadata') as string,
    }),
  )
})

test('system 5: protectedResources, each with its issuers', async () => {
  const issuers = [await startIssuer(), await startIssuer()]
  const open = (resource: string, at: readonly number[]) =>
    openWorld({
      options: () => ({
        resource,
        authorizationServers: at.map((index) => issuers[index]?.issuer ?? ''),
      }),
    })
  const worlds = [await open(RESOURCE, [0]), await open(`${RESOURCE}/2`, [0, 1])]
  const outcome = async (world: number, issuer: number, aud: string) => {
    const token = (await issuers[issuer]?.mint({ aud })) ?? ''
    return (await worlds[world]?.ping(token))?.status
  }
  expect(await outcome(0, 0, RESOURCE)).toBe(200)
  expect(await outcome(0, 1, RESOURCE)).toBe(401)
  expect(await outcome(1, 1, `${RESOURCE}/2`)).toBe(200)
  expect(await outcome(1, 0, RESOURCE)).toBe(401)
  const metadata = await worlds[1]?.send(`${METADATA_PATH}/2`)
  expect(await metadata?.json()).toMatchObject({ resource: `${RESOURCE}/2` })
  const twice = {
    resource: RESOURCE,
    authorizationServers: ['https://a.example', 'https://a.example'],
  }
  expect(() => createResourceServer(twice)).toThrow(
    expect.objectContaining({ code: 'ERR_CONFIG_ISSUER_DUPLICATE' }),
  )
})

test('system 5: an authorization server by its metadata, or found when it is needed', async () => {
  const given = await startIssuer()
  const { issuer, jwksUri: jwks_uri } = given
  const resolved = await openWorld({
    issuer: given,
    options: () => ({ authorizationServers: [{ issuer, metadata: { issuer, jwks_uri } }] }),
  })
  expect((await resolved.ping(await resolved.mint())).status).toBe(200)
  expect(given.requests.map(({ path }) => path)).toEqual(['/jwks'])

  const found = await openWorld()
  expect(found.issuer.requests).toEqual([])
  const token = await found.mint()
  const answers = await Promise.all([1, 2, 3].map(() => found.ping(token)))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(found.issuer.requests.map(({ path }) => path)).toEqual([SERVER_METADATA, '/jwks'])
})

test('system 5: fetchServerConfig', async () => {
  const issuer = await startIssuer('/t1')
  const metadata = await fetchServerMetadata(issuer.issuer, insecure)
  expect(metadata).toEqual(issuer.metadata)
  expect(issuer.requests.map(({ path }) => path)).toEqual([`${SERVER_METADATA}/t1`])
  const world = await openWorld({
    issuer,
    options: () => ({ authorizationServers: [{ issuer: issuer.issuer, metadata }] }),
  })
  expect((await world.ping(await world.mint())).status).toBe(200)
  issuer.metadata['issuer'] = 'https://evil.example'
  await expect(fetchServerMetadata(issuer.issuer, insecure)).rejects.toMatchObject({
    code: 'ERR_UPSTREAM_ISSUER_MISMATCH',
  })
})

test('system 5: fetchServerConfigByWellKnownUrl', async () => {
  const server = await startIssuer()
  const { issuer, metadata } = server
  const options = { ...insecure, metadataUrl: `${issuer}/tenants/1/metadata.json` }
  await expect(fetchServerMetadata(issuer, options)).rejects.toMatchObject({
    code: 'ERR_UPSTREAM_METADATA_NOT_FOUND',
  })
  server.respond('/tenants/1/metadata.json', { body: JSON.stringify(metadata) })
  expect(await fetchServerMetadata(issuer, options)).toEqual(metadata)
})

test('system 5: transpileData', async () => {
  const { issuer, metadata } = await startIssuer()
  delete metadata['code_challenge_methods_supported']
  const transformMetadata = (document: object) => ({
    ...document,
    code_challenge_methods_supported: ['S256'],
  })
  const errors = (document: object) =>
    checkServerMetadata(document, { issuer }).errors.map(({ code }) => code)
  expect(errors(await fetchServerMetadata(issuer, insecure))).toEqual(['pkce'])
  const patched = await fetchServerMetadata(issuer, { ...insecure, transformMetadata })
  expect(errors(patched)).toEqual([])
})

test('system 5: delegatedRouter, which loses no field', async () => {
  const issuer = await startIssuer()
  const extra = { authorization_response_iss_parameter_supported: true, 'x-vendor': { a: [1] } }
  Object.assign(issuer.metadata, extra)
  const world = await openWorld({ issuer, options: () => ({ mirrorServerMetadata: true }) })
  for (const path of [SERVER_METADATA, `${SERVER_METADATA}/mcp`]) {
    const answer = await world.send(path, { headers: { origin: 'https://inspector.example' } })
    expect(await answer.json()).toEqual({ ...issuer.metadata, ...extra })
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  }
})

test('system 5: bearerAuth with jwt, or with a function', async () => {
  const open = (options: Partial<ResourceServerOptions>) => openWorld({ options: () => options })
  const jwt = await open({
    requiredScopes: ['a', 'b'],
    audience: 'api://notes',
    leewaySeconds: 120,
  })
  const status = async (claims: object): Promise<number> =>
    (await jwt.ping(await jwt.mint({ scope: 'a b', ...claims }))).status
  const now = Math.floor(Date.now() / 1000)
  expect(await status({})).toBe(200)
  expect(await status({ aud: 'api://notes' })).toBe(200)
  expect(await status({ aud: 'api://other' })).toBe(401)
  expect(await status({ exp: now - 60 })).toBe(200)
  expect(await status({ exp: now - 180 })).toBe(401)
  expect(await status({ exp: undefined })).toBe(401)
  expect(await status({ scope: 'a' })).toBe(403)

  const issuer = 'https://id.example.com'
  const verifier: TokenVerifier = {
    verify: async (token) => ({
      ok: true,
      value: {
        issuer,
        claims: { iss: issuer, sub: token, aud: RESOURCE, exp: token === 'late' ? 1 : now + 60 },
      },
    }),
  }
  const own = await open({ verifier, authorizationServers: [issuer] })
  expect((await own.ping('alice')).status).toBe(200)
  expect((await own.ping('late')).status).toBe(401)
})

test('system 5: AuthInfo with issuer, subject, audience and claims', async () => {
  const world = await openWorld({
    tools: (server) => server.registerTool('auth', {}, ({ http }) => textOf(http?.authInfo)),
  })
  const exp = Math.floor(Date.now() / 1000) + 60
  const token = await world.mint({ azp: 'app-1', client_id: undefined, scope: 'a b', exp })
  const { issuer } = world.issuer
  expect(JSON.parse(await world.callTool(token, 'auth'))).toMatchObject({
    token,
    clientId: 'app-1',
    scopes: ['a', 'b'],
    expiresAt: exp,
    resource: RESOURCE,
    extra: {
      principal: { issuer, subject: 'alice', claims: { aud: RESOURCE, iss: issuer, azp: 'app-1' } },
    },
  })
})

test('system 5: the check of a provider', async () => {
  const { issuer, metadata } = await startIssuer()
  const codes = (document: object) => {
    const { errors, warnings } = checkServerMetadata(document, { issuer })
    return [errors, warnings].map((findings) => findings.map(({ code }) => code))
  }
  expect(codes(metadata)).toEqual([[], ['iss_parameter']])
  const { registration_endpoint: _registration, ...closed } = metadata
  expect(codes({ ...closed, response_types_supported: ['token'] })).toEqual([
    ['response_types'],
    ['registration', 'iss_parameter'],
  ])
})

test('system 5: the variables of its samples', async () => {
  const issuer = await startIssuer()
  const settings = fromEnvironment({
    ...insecure,
    environment: { MCP_AUTH_ISSUER: issuer.issuer, MCP_RESOURCE_IDENTIFIER: RESOURCE },
  })
  const world = await openWorld({ issuer, options: () => settings })
  expect((await world.ping(await world.mint())).status).toBe(200)
})
