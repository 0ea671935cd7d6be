import { expect, test } from 'vitest'
import { postRegistration, readUpstreamRequest } from '../relay/flow.ts'
import { startRelay } from '../relay/world.ts'

// mcp-authkit, what its `oauth_meta_router` serves: docs/migrate/mcp-authkit.md.

const read = async (url: string): Promise<object> => (await (await fetch(url)).json()) as object

test('system 1: the options of oauth_meta_router', async () => {
  const world = await startRelay({
    options: ({ upstream }) => ({
      upstream: { ...upstream, extraAuthorizeParams: { idp: '0oa1' } },
    }),
  })
  const { searchParams } = await readUpstreamRequest(world, { idp: 'another' })
  expect(searchParams.get('idp')).toBe('0oa1')
  expect(searchParams.get('client_id')).toBe(world.provider.clientId)
})

test('system 1: the protected resource metadata names the server that clients sign in at', async () => {
  const { issuer, resource } = await startRelay()
  const { origin, pathname } = new URL(resource)
  expect(await read(`${origin}/.well-known/oauth-protected-resource${pathname}`)).toMatchObject({
    resource,
    authorization_servers: [issuer],
    bearer_methods_supported: ['header'],
  })
})

test('system 1: the authorization server metadata with endpoints of the provider behind ours', async () => {
  const { issuer, provider } = await startRelay()
  const metadata = await read(`${issuer}/.well-known/oauth-authorization-server`)
  expect(metadata).toMatchObject({
    issuer,
    jwks_uri: expect.stringContaining(provider.issuer),
    registration_endpoint: `${issuer}/register`,
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
  })
  expect(await read(`${issuer}/.well-known/openid-configuration`)).toEqual(metadata)
})

test('system 1: a registration answers a public client, and refuses what is none', async () => {
  const { issuer } = await startRelay()
  const redirect_uris = ['http://127.0.0.1:33418/']
  const { status, body } = await postRegistration(issuer, JSON.stringify({ redirect_uris }))
  expect(status).toBe(201)
  expect(body).toMatchObject({ redirect_uris, token_endpoint_auth_method: 'none' })
  expect(body).not.toHaveProperty('client_secret')
  for (const wrong of ['[]', 'null', '"x"', 'no json', '{"redirect_uris":["javascript:1"]}']) {
    expect((await postRegistration(issuer, wrong)).status).toBe(400)
  }
})
