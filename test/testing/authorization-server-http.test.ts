import { request } from 'node:http'
import {
  createScriptedBrowser,
  createTestAuthorizationServer,
  type Page,
  type TestAuthorizationServer,
} from 'mcp-gatehouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ALICE, createAuthorizationRequest, obtainTokens, register } from './flow.ts'

const NOTES = 'http://127.0.0.1:3000/mcp'
const resources = { [NOTES]: ['notes:read'] }

let root: TestAuthorizationServer
let tenant: TestAuthorizationServer

beforeAll(async () => {
  root = await createTestAuthorizationServer({ resources })
  tenant = await createTestAuthorizationServer({ resources, path: '/t1' })
})

afterAll(() => Promise.all([root.close(), tenant.close()]))

const metadataOf = (issuer: string): Record<string, unknown> => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  registration_endpoint: `${issuer}/register`,
  revocation_endpoint: `${issuer}/revoke`,
  jwks_uri: `${issuer}/jwks`,
  code_challenge_methods_supported: ['S256'],
  grant_types_supported: ['authorization_code', 'refresh_token'],
  response_types_supported: ['code'],
  scopes_supported: ['openid', 'offline_access'],
  token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
  authorization_response_iss_parameter_supported: true,
})

describe('metadata', () => {
  test.each(['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'])(
    'an issuer without a path has %s',
    async (path) => {
      const document = await (await fetch(root.issuer + path)).json()
      expect(document).toMatchObject(metadataOf(root.issuer))
      expect(document).not.toHaveProperty('client_id_metadata_document_supported')
    },
  )

  test.each([
    '/.well-known/oauth-authorization-server/t1',
    '/.well-known/openid-configuration/t1',
    '/t1/.well-known/openid-configuration',
  ])('an issuer with a path has %s', async (path) => {
    const { origin } = new URL(tenant.issuer)
    expect(await (await fetch(origin + path)).json()).toMatchObject(metadataOf(tenant.issuer))
  })

  test.each([
    '/.well-known/oauth-authorization-server',
    '/.well-known/openid-configuration',
    '/t1/.well-known/oauth-authorization-server',
    '/authorize',
  ])('an issuer with a path has nothing at %s', async (path) => {
    const { origin } = new URL(tenant.issuer)
    expect((await fetch(origin + path)).status).toBe(404)
  })

  test('the whole flow works below a path', async () => {
    const { client } = await register(tenant.issuer)
    const tokens = await obtainTokens(tenant.issuer, {
      browser: createScriptedBrowser(),
      clientId: String(client['client_id']),
      signIn: ALICE,
    })
    expect(tokens['scope']).toBe('notes:read')
  })
})

describe('CORS', () => {
  test.each([
    ['/.well-known/oauth-authorization-server', 'GET'],
    ['/.well-known/openid-configuration', 'GET'],
    ['/jwks', 'GET'],
    ['/token', 'POST'],
    ['/register', 'POST'],
    ['/revoke', 'POST'],
  ])('a web page may call %s', async (path, method) => {
    const origin = 'https://app.example'
    const preflight = await fetch(root.issuer + path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'content-type, mcp-protocol-version',
      },
    })
    expect(preflight.status).toBe(204)
    expect(headersOf(preflight, 'access-control-')).toEqual({
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'WWW-Authenticate',
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'Authorization, Content-Type, MCP-Protocol-Version',
      'access-control-max-age': '600',
    })
    const answer = await fetch(root.issuer + path, { method, headers: { origin } })
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  })

  test.each(['/authorize', '/interaction/x'])('no web page may read %s', async (path) => {
    const answer = await fetch(root.issuer + path, { headers: { origin: 'https://app.example' } })
    expect(headersOf(answer, 'access-control-')).toEqual({})
  })
})

describe('pages', () => {
  test('the login page cannot be framed, stored, scripted or sent elsewhere', async () => {
    const { response } = await openLoginPage('Test client')
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; form-action 'self' http:\/\/127\.0\.0\.1:9; base-uri 'none'; frame-ancestors 'none'$/,
      ),
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
  })

  test('the name of a client is text', async () => {
    const { page } = await openLoginPage('<form><button>Allow</button></form>')
    expect(page.text).toContain('<form><button>Allow</button></form> asks you to sign in.')
    expect(page.forms.flatMap(({ buttons }) => buttons.map(({ label }) => label))).toEqual([
      'Sign in',
    ])
  })

  test('the page of one browser is closed to another', async () => {
    const { page } = await openLoginPage('Test client')
    expect(await createScriptedBrowser().open(page.url)).toMatchObject({
      status: 400,
      title: 'This request cannot continue',
      text: expect.stringContaining('This sign-in has expired or was finished.'),
    })
  })

  test('the consent page names client, user, resource, redirect host and scopes', async () => {
    const browser = createScriptedBrowser()
    const { client } = await register(root.issuer, { client_name: 'Notes for me' })
    const login = await browser.open(
      createAuthorizationRequest(root.issuer, String(client['client_id'])).url,
    )
    if (login.kind !== 'page') throw new Error('no page')
    const { username, password } = ALICE
    const stop = await browser.submit(login, { fields: { username, password }, button: 'Sign in' })
    expect(stop).toMatchObject({
      kind: 'page',
      status: 200,
      title: 'Allow access',
      text: expect.stringContaining(
        'Allow Notes for me to act for you? Signed in as alice ' +
          `Access to ${NOTES} Returns to 127.0.0.1:9 Scopes notes:read ` +
          'Allow Deny Use another account',
      ),
    })
  })

  test('a request that cannot go back to a client ends on a page', async () => {
    const page = await createScriptedBrowser().open(
      createAuthorizationRequest(root.issuer, 'nobody').url,
    )
    expect(page).toMatchObject({
      status: 400,
      title: 'This request cannot continue',
      text: expect.stringContaining('invalid_client'),
    })
  })
})

test('a request for the host of somebody else is refused', async () => {
  const { hostname, port } = new URL(root.issuer)
  const status = await new Promise((resolve, reject) => {
    const headers = { host: 'attacker.example' }
    const path = '/.well-known/oauth-authorization-server'
    request({ hostname, port, path, headers }, (res) => resolve(res.resume().statusCode))
      .on('error', reject)
      .end()
  })
  expect(status).toBe(403)
})

function headersOf(response: Response, prefix: string): Record<string, string> {
  return Object.fromEntries([...response.headers].filter(([name]) => name.startsWith(prefix)))
}

async function openLoginPage(
  clientName: string,
): Promise<{ readonly page: Page; readonly response: Response }> {
  const { client } = await register(root.issuer, { client_name: clientName })
  const url = createAuthorizationRequest(root.issuer, String(client['client_id'])).url
  let last: Response | undefined
  const browser = createScriptedBrowser({
    fetch: async (...args) => {
      last = await fetch(...args)
      return last
    },
  })
  const page = await browser.open(url)
  if (page.kind !== 'page' || last === undefined) throw new Error('no page')
  return { page, response: last }
}
