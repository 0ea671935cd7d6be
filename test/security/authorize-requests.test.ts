import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask } from '../authorization-server/user-agent.ts'
import { type AsWorld, startAuthorizationServer } from '../authorization-server/world.ts'
import {
  ALICE,
  createAuthorizationRequest,
  obtainTokens,
  REDIRECT_URI,
  register,
} from '../testing/flow.ts'
import { startStrangerHost } from './support/stranger-host.ts'

let world: AsWorld
let clientId: string

beforeAll(async () => {
  world = await startAuthorizationServer()
  const { client } = await register(world.issuer, { application_type: 'native' })
  clientId = String(client['client_id'])
})

afterAll(() => world.close())

const urlOf = (parameters: Readonly<Record<string, string | undefined>> = {}): URL =>
  createAuthorizationRequest(world.issuer, clientId, parameters).url

/** A page of ours: nothing goes back to the client. */
async function expectLocal(url: string | URL, status = 400): Promise<string> {
  const answer = await ask(url)
  expect([answer.status, answer.headers.get('location')]).toEqual([status, null])
  return answer.text()
}

/** An error that goes back to the client, with our `iss` and its state. */
async function expectError(url: string | URL, error: string): Promise<URLSearchParams> {
  const answer = await ask(url)
  expect(answer.status).toBe(303)
  const location = new URL(answer.headers.get('location') ?? '')
  expect(location.origin + location.pathname).toBe(REDIRECT_URI)
  expect(location.searchParams.get('error')).toBe(error)
  expect(location.searchParams.getAll('iss')).toEqual([world.issuer])
  return location.searchParams
}

describe('what is answered on a page of our own', () => {
  test('SEC-109 a client that nobody knows', async () => {
    expect(await expectLocal(urlOf({ client_id: 'nobody' }))).toContain('does not know')
  })

  test('SEC-109 a client whose record is gone', async () => {
    const { client } = await register(world.issuer, { client_name: 'Deleted' })
    const url = urlOf({ client_id: String(client['client_id']) })
    expect((await ask(url)).status).toBe(303)
    const { storage } = world.options
    const records = new Map<string, string>()
    for await (const key of storage.list('client:')) {
      records.set(new TextDecoder().decode((await storage.get(key))?.value), key)
    }
    const deleted = [...records].find(([record]) => record.includes('Deleted'))?.[1] ?? ''
    expect(await storage.delete(deleted)).toBe(true)
    expect(await expectLocal(url)).toContain('does not know')
  })

  test('SEC-109 a client that the configuration has no longer', async () => {
    const clients = [{ clientId: 'configured', redirectUris: [REDIRECT_URI] }]
    const before = await startAuthorizationServer({ options: () => ({ clients }) })
    const { storage } = before.options
    const after = await startAuthorizationServer({ options: () => ({ storage }) })
    try {
      const urlAt = ({ issuer }: AsWorld): URL =>
        createAuthorizationRequest(issuer, 'configured').url
      expect((await ask(urlAt(before))).status).toBe(303)
      await expectLocal(urlAt(after))
    } finally {
      await Promise.all([before.close(), after.close()])
    }
  })

  test('SEC-110 no redirect URI, whether one or many are registered', async () => {
    await expectLocal(urlOf({ redirect_uri: undefined }))
    const { client } = await register(world.issuer, {
      redirect_uris: [REDIRECT_URI, 'http://127.0.0.1:9/other'],
    })
    const client_id = String(client['client_id'])
    await expectLocal(urlOf({ client_id, redirect_uri: undefined }))
  })

  test('SEC-115 a wrong response type does not hide a redirect URI that is not registered', async () => {
    const redirect_uri = 'https://evil.example/cb'
    await expectLocal(urlOf({ redirect_uri, response_type: 'bogus' }))
    await expectLocal(urlOf({ redirect_uri, response_type: undefined }))
  })

  test.each(['client_id', 'redirect_uri'])('SEC-116 %s twice', async (name) => {
    const url = urlOf()
    await expectLocal(`${url}&${name}=${encodeURIComponent(url.searchParams.get(name) ?? '')}`)
  })

  test('SEC-116 only client_id[] in place of the client', async () => {
    await expectLocal(`${urlOf({ client_id: undefined })}&client_id%5B%5D=${clientId}`)
  })

  test('SEC-123 a state of more than 2 KB, and one that is not UTF-8', async () => {
    await expectLocal(urlOf({ state: 'x'.repeat(2_049) }))
    await expectLocal(urlOf({ state: 'é'.repeat(1_025) }))
    await expectLocal(`${urlOf({ state: undefined })}&state=%FF`)
  })
})

describe('what goes back to the client as an error', () => {
  test.each(['state', 'scope', 'response_type', 'code_challenge'])(
    'SEC-116 %s twice',
    async (name) => {
      await expectError(`${urlOf({ scope: 'notes:read' })}&${name}=again`, 'invalid_request')
    },
  )

  test.each(['resource[]', 'scope[]', 'state[]'])('SEC-116 %s', async (name) => {
    await expectError(`${urlOf()}&${encodeURIComponent(name)}=x`, 'invalid_request')
  })

  test.each([
    ['unknown', 'nothing:known'],
    ['an asterisk', '*'],
    ['of control characters', 'notes:read\u0001'],
    ['5,000 of them', Array.from({ length: 5_000 }, () => 'a').join(' ')],
  ])('SEC-119 scopes: %s', async (_name, scope) => {
    await expectError(urlOf({ scope }), 'invalid_scope')
  })

  test('SEC-119 not 10,000 scopes, which are longer than a request can be', async () => {
    await expectLocal(urlOf({ scope: Array.from({ length: 10_000 }, () => 'a').join(' ') }), 431)
  })

  test('SEC-119 scopes beside those that there are: left out, and never more than asked for', async () => {
    const { client } = await register(world.issuer, { scope: 'notes:read' })
    const tokensFor = async (scope: string) =>
      obtainTokens(world.issuer, {
        browser: createScriptedBrowser(),
        clientId: String(client['client_id']),
        signIn: ALICE,
        parameters: { scope },
      })
    expect((await tokensFor('notes:read nothing:known *'))['scope']).toBe('notes:read')
    // Registration does not narrow what a client may ask for later: the user is asked.
    expect((await tokensFor('notes:write'))['scope']).toBe('notes:write')
  })

  test.each([
    ['another server', 'https://other.example/mcp'],
    ['a fragment', 'https://other.example/mcp#x'],
    ['relative', '/mcp'],
    ['http', 'http://other.example/mcp'],
  ])('SEC-120 AS-21 a resource that is %s', async (_name, resource) => {
    const answer = await expectError(urlOf({ resource }), 'invalid_target')
    expect(answer.get('state')).toBe('opaque')
  })

  test.each([2, 50])('SEC-120 %i resources', async (count) => {
    const more = `&resource=${encodeURIComponent(world.resource)}`.repeat(count)
    await expectError(`${urlOf()}${more}`, 'invalid_target')
  })

  test('SEC-121 a request_uri, which nobody asks for', async () => {
    const host = await startStrangerHost((_req, res) => res.end())
    const request_uri = `http://127.0.0.1:${host.port}/request`
    await expectError(urlOf({ request_uri }), 'request_uri_not_supported')
    expect(host.connections).toBe(0)
  })

  test.each([
    ['request', 'e30.e30.', 'request_not_supported'],
    ['request_uri', 'https://evil.example/r', 'request_uri_not_supported'],
    ['registration', '{}', 'registration_not_supported'],
    ['claims', '{"id_token":{}}', 'invalid_request'],
    ['response_mode', 'form_post', 'unsupported_response_mode'],
    ['response_mode', 'web_message', 'unsupported_response_mode'],
    ['response_mode', 'fragment', 'unsupported_response_mode'],
  ])('SEC-121 %s=%s', async (name, value, error) => {
    await expectError(urlOf({ [name]: value }), error)
  })

  test.each([
    ['no challenge', { code_challenge: undefined, code_challenge_method: undefined }],
    ['a plain one', { code_challenge_method: 'plain' }],
  ])('AS-01 AS-25 PKCE: %s', async (_name, parameters) => {
    await expectError(urlOf(parameters), 'invalid_request')
  })
})

describe('every answer', () => {
  test('SEC-126 SEC-127 is a 303 that is not stored, and tells nobody where it came from', async () => {
    const answers = [
      await ask(urlOf()),
      await ask(urlOf({ scope: '*' })),
      await ask(urlOf({ client_id: 'x' })),
    ]
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 400])
    for (const { headers } of answers) {
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cache-control')).toContain('no-store')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  test('SEC-116 a POST to the authorization endpoint is 405', async () => {
    const answer = await ask(urlOf(), { method: 'POST' })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET'])
  })

  test.each(['x', '', 'a&error=evil', 'a\r\nSet-Cookie: x=1', '🗝️ ✓', 'é'.repeat(1_024)])(
    'SEC-123 the state %j comes back as it was',
    async (state) => {
      const answer = await expectError(urlOf({ state, scope: '*' }), 'invalid_scope')
      expect(answer.get('state')).toBe(state === '' ? null : state)
      expect(answer.getAll('error')).toEqual(['invalid_scope'])
    },
  )
})
