import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ALICE, createAuthorizationRequest, REDIRECT_URI, register } from '../testing/flow.ts'
import { type AsWorld, startAuthorizationServer } from './world.ts'

let world: AsWorld
let clientId: string

beforeAll(async () => {
  world = await startAuthorizationServer()
  clientId = String((await register(world.issuer)).client['client_id'])
})

afterAll(() => world.close())

const post = (
  path: string,
  body: URLSearchParams | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> => fetch(world.issuer + path, { method: 'POST', body, headers })

const ask = (parameters: Readonly<Record<string, string>>): Promise<Response> =>
  post('/token', new URLSearchParams({ client_id: clientId, ...parameters }))

function expectPrivate({ headers }: Response): void {
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('pragma')).toBe('no-cache')
}

describe('SEC-141 no cache keeps', () => {
  test('tokens', async () => {
    const { url, codeVerifier } = createAuthorizationRequest(world.issuer, clientId)
    const callback = await createScriptedBrowser().authorize(url, ALICE)
    const issued = await ask({
      grant_type: 'authorization_code',
      code: callback.searchParams.get('code') ?? '',
      code_verifier: codeVerifier,
      redirect_uri: REDIRECT_URI,
    })
    expectPrivate(issued)
    const { refresh_token = '' } = (await issued.json()) as { readonly refresh_token?: string }
    const refreshed = await ask({ grant_type: 'refresh_token', refresh_token })
    expect([issued.status, refreshed.status]).toEqual([200, 200])
    expectPrivate(refreshed)
  })

  test.each([
    ['a code that nobody has', { grant_type: 'authorization_code', code: 'x' }, 400],
    ['a grant type that nobody knows', { grant_type: 'x' }, 400],
    ['a client that nobody knows', { grant_type: 'refresh_token', client_id: 'x' }, 401],
  ])('the refusal of %s', async (_what, parameters, status) => {
    const answer = await ask(parameters)
    expect(answer.status).toBe(status)
    expectPrivate(answer)
  })

  test('the secret of a client', async () => {
    const metadata = {
      redirect_uris: [REDIRECT_URI],
      token_endpoint_auth_method: 'client_secret_basic',
    }
    const json = { 'content-type': 'application/json' }
    const answer = await post('/register', JSON.stringify(metadata), json)
    expect(await answer.json()).toHaveProperty('client_secret')
    expectPrivate(answer)
  })
})

test('a program that takes pages is told in JSON what it did wrong', async () => {
  const grant_type = 'x'.repeat(50_000)
  const body = new URLSearchParams({ client_id: clientId, grant_type })
  const answer = await post('/token', body, { accept: 'text/html' })
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  expect(await answer.text()).not.toContain('xxx')
})
