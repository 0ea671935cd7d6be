import { decodeJwt, decodeProtectedHeader } from 'jose'
import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import { expect, test } from 'vitest'
import { ALICE, obtainTokens, register } from '../testing/flow.ts'
import { startAuthorizationServer } from './world.ts'

const WELL_KNOWN = ['oauth-authorization-server', 'openid-configuration']

test('AS-02 AS-03 AS-18 both documents say the same, at the origin', async () => {
  const world = await startAuthorizationServer()
  try {
    for (const name of WELL_KNOWN) {
      const answer = await fetch(`${world.issuer}/.well-known/${name}`)
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      expect(await answer.json()).toMatchObject({
        issuer: world.issuer,
        authorization_endpoint: `${world.issuer}/authorize`,
        token_endpoint: `${world.issuer}/token`,
        registration_endpoint: `${world.issuer}/register`,
        revocation_endpoint: `${world.issuer}/revoke`,
        jwks_uri: `${world.issuer}/jwks`,
        code_challenge_methods_supported: ['S256'],
        authorization_response_iss_parameter_supported: true,
        response_types_supported: ['code'],
        response_modes_supported: ['query'],
        grant_types_supported: ['authorization_code', 'refresh_token'],
        scopes_supported: ['notes:read', 'notes:write', 'openid'],
      })
    }
  } finally {
    await world.close()
  }
})

test('AS-02 below a path the documents are where clients look, and nowhere else', async () => {
  const world = await startAuthorizationServer({ path: '/t1' })
  const { origin } = new URL(world.issuer)
  try {
    for (const url of [
      ...WELL_KNOWN.map((name) => `${origin}/.well-known/${name}/t1`),
      `${world.issuer}/.well-known/openid-configuration`,
    ]) {
      const metadata = (await (await fetch(url)).json()) as Record<string, unknown>
      expect([metadata['issuer'], metadata['token_endpoint']]).toEqual([
        world.issuer,
        `${world.issuer}/token`,
      ])
    }
    for (const path of ['/.well-known/oauth-authorization-server', '/token', '/t1', '/t1x/token']) {
      expect((await fetch(origin + path)).status).toBe(404)
    }
  } finally {
    await world.close()
  }
})

test('AS-02 the issuer is what was configured, with its trailing slash', async () => {
  const world = await startAuthorizationServer({ issuer: (address) => `${address}/` })
  try {
    const answer = await fetch(`${world.issuer}.well-known/oauth-authorization-server`)
    expect(await answer.json()).toMatchObject({
      issuer: world.issuer,
      token_endpoint: `${world.issuer}token`,
    })
  } finally {
    await world.close()
  }
})

test('SEC-109 neither Host nor forwarded fields are believed', async () => {
  const world = await startAuthorizationServer()
  try {
    const answer = await fetch(`${world.issuer}/.well-known/oauth-authorization-server`, {
      headers: {
        forwarded: 'host=evil.example;proto=https',
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'https',
        'x-forwarded-prefix': '/evil',
      },
    })
    expect(JSON.stringify(await answer.json())).not.toContain('evil')
  } finally {
    await world.close()
  }
})

test('AS-19 AS-20 AS-21 tokens are at+jwt for the only resource, and live ten minutes', async () => {
  const world = await startAuthorizationServer()
  try {
    const { client } = await register(world.issuer, { application_type: 'native' })
    const tokens = await obtainTokens(world.issuer, {
      browser: createScriptedBrowser(),
      clientId: String(client['client_id']),
      signIn: ALICE,
    })
    expect(tokens).toMatchObject({ expires_in: 600, refresh_token: expect.any(String) })
    const token = String(tokens['access_token'])
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' })
    expect(decodeJwt(token)).toMatchObject({
      iss: world.issuer,
      aud: world.resource,
      scope: 'notes:read notes:write',
      roles: ['admin'],
      sub: expect.stringMatching(/^[\w-]{43}$/),
    })
  } finally {
    await world.close()
  }
})

test('AS-21 where several resources are configured, a request without one names the choice', async () => {
  const world = await startAuthorizationServer({
    options: () => ({
      resources: { 'http://127.0.0.1:1/a': ['x'], 'http://127.0.0.1:1/b': ['y'] },
    }),
  })
  try {
    const { client } = await register(world.issuer, { application_type: 'native' })
    const url = new URL(`${world.issuer}/authorize`)
    url.search = new URLSearchParams({
      client_id: String(client['client_id']),
      redirect_uri: 'http://127.0.0.1:9/callback',
      response_type: 'code',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    }).toString()
    const answer = await fetch(url, { redirect: 'manual' })
    const { searchParams } = new URL(answer.headers.get('location') ?? '')
    expect(searchParams.get('error')).toBe('invalid_target')
    expect(searchParams.get('error_description')).toContain(
      'resource=http://127.0.0.1:1/a or http://127.0.0.1:1/b',
    )
  } finally {
    await world.close()
  }
})

test.each([
  'register',
  'token',
  'revoke',
  'introspect',
  'jwks',
  '.well-known/openid-configuration',
])('pages of every origin may call /%s, and only that', async (path) => {
  const world = await startAuthorizationServer()
  try {
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' }
    const answer = await fetch(`${world.issuer}/${path}`, { method: 'OPTIONS', headers })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
    const page = await fetch(`${world.issuer}/authorize`, { method: 'OPTIONS', headers })
    expect([page.status, page.headers.get('access-control-allow-origin')]).toEqual([405, null])
  } finally {
    await world.close()
  }
})
