import type { ServerResponse } from 'node:http'
import { checkServerMetadata } from 'mcp-gatehouse'
import { createRelay } from 'mcp-gatehouse/relay'
import { expect, test } from 'vitest'
import { startRelay } from './world.ts'

const read = async (url: string): Promise<Readonly<Record<string, unknown>>> =>
  (await (await fetch(url)).json()) as Readonly<Record<string, unknown>>

test("the metadata is the provider's with unknown fields, our issuer and our endpoints", async () => {
  const world = await startRelay()
  const { issuer, provider } = world
  const path = '/.well-known/openid-configuration'
  const answerWith = async (res: ServerResponse): Promise<void> => {
    const answer = await fetch(provider.issuer + path, { headers: { 'x-pass': '1' } })
    const further = {
      x_vendor: { a: 1 },
      signed_metadata: 'eyJ',
      dpop_signing_alg_values_supported: ['ES256'],
    }
    res.setHeader('content-type', 'application/json')
    res.end(JSON.stringify({ ...((await answer.json()) as object), ...further }))
  }
  provider.intercept = (req, res) => {
    if (req.url?.endsWith(path) !== true || req.headers['x-pass'] !== undefined) return false
    answerWith(res).catch(() => res.destroy())
    return true
  }
  const metadata = await read(`${issuer}/.well-known/oauth-authorization-server`)
  expect(checkServerMetadata(metadata, { issuer }).errors).toEqual([])
  expect(metadata).toMatchObject({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: `${issuer}/register`,
    revocation_endpoint: `${issuer}/revoke`,
    jwks_uri: `${provider.issuer}/protocol/openid-connect/certs`,
    scopes_supported: ['notes:read', 'notes:write'],
    token_endpoint_auth_methods_supported: ['none'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    x_vendor: { a: 1 },
  })
  for (const name of [
    'dpop_signing_alg_values_supported',
    'end_session_endpoint',
    'introspection_endpoint',
    'pushed_authorization_request_endpoint',
    'signed_metadata',
  ]) {
    expect(metadata).not.toHaveProperty(name)
  }
  expect(await read(issuer + path)).toEqual(metadata)
})

test('AS-02 with a path in the issuer, metadata is where clients look, and everything below the path', async () => {
  const world = await startRelay({ path: '/relay' })
  const { origin } = new URL(world.issuer)
  for (const url of [
    `${origin}/.well-known/oauth-authorization-server/relay`,
    `${origin}/.well-known/openid-configuration/relay`,
    `${world.issuer}/.well-known/openid-configuration`,
  ]) {
    expect(await read(url)).toMatchObject({
      issuer: world.issuer,
      token_endpoint: `${world.issuer}/token`,
    })
  }
  // Not below the path: the MCP server's own.
  expect((await fetch(`${origin}/authorize`)).status).toBe(401)
})

test('a provider that is down is 503 with Retry-After', async () => {
  const world = await startRelay()
  world.provider.intercept = (_req, res) => {
    res.writeHead(503, { 'retry-after': '7' }).end()
    return true
  }
  const answer = await fetch(`${world.issuer}/.well-known/oauth-authorization-server`)
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '7'])
})

test('a document of the operator is published as it is, and has to be right', async () => {
  const world = await startRelay({
    options: ({ issuer }) => ({ metadata: { ...documentOf(issuer), x: [1], a: null } }),
  })
  const { issuer, options } = world
  const published = await fetch(`${issuer}/.well-known/oauth-authorization-server`)
  expect(await published.text()).toBe(JSON.stringify({ ...documentOf(issuer), x: [1], a: null }))
  for (const wrong of [
    documentOf('https://auth.example.com'),
    { ...documentOf(issuer), token_endpoint: undefined },
    { ...documentOf(issuer), code_challenge_methods_supported: ['plain'] },
  ]) {
    await expect(createRelay({ ...options, metadata: wrong })).rejects.toMatchObject({
      code: 'ERR_CONFIG_SERVER_METADATA',
    })
  }
})

function documentOf(issuer: string): Readonly<Record<string, unknown>> {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: `${issuer}/register`,
    scopes_supported: ['openid', 'profile', 'email'],
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code'],
    token_endpoint_auth_methods_supported: ['none'],
    code_challenge_methods_supported: ['S256'],
  }
}
