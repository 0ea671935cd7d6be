import { createServer, type RequestListener } from 'node:http'
import {
  auth as authV2,
  type OAuthDiscoveryState as DiscoveryV2,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
} from '@modelcontextprotocol/client'
import {
  auth as authV1,
  type OAuthDiscoveryState as DiscoveryV1,
} from '@modelcontextprotocol/sdk/client/auth.js'
import type {
  OAuthClientInformationMixed,
  OAuthTokens,
} from '@modelcontextprotocol/sdk/shared/auth.js'
import { createResourceServer } from 'mcp-gatehouse'
import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import { expect, onTestFinished, test } from 'vitest'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { startAuthorizationServer } from '../authorization-server/world.ts'
import { createOAuthSession, type OAuthSession } from './clients/oauth-session.ts'
import { onNodeHttp } from './servers/node-http.ts'
import { ALICE, SCOPE } from './world.ts'

/** An MCP server whose metadata names first one authorization server, then another. */
async function startMovingServer() {
  const http = createServer()
  const serverUrl = `http://127.0.0.1:${await listen(http, 0, '127.0.0.1')}/mcp`
  const resources = { [serverUrl]: [SCOPE] }
  const one = await startAuthorizationServer({ options: () => ({ resources }) })
  const { storage, keys } = one.options
  const other = await startAuthorizationServer({ options: () => ({ resources, storage, keys }) })
  onTestFinished(async () => {
    await Promise.all([close(http), one.close(), other.close()])
  })
  let listener: RequestListener | undefined
  http.on('request', (req, res) => listener?.(req, res))
  return {
    serverUrl,
    one: one.issuer,
    other: other.issuer,
    trust: async (issuer: string): Promise<void> => {
      const gatehouse = createResourceServer({
        resource: serverUrl,
        authorizationServers: [issuer],
        requiredScopes: [SCOPE],
        allowInsecureLoopback: true,
      })
      listener = await onNodeHttp(gatehouse, '/mcp')
    },
    /** How the gate answers a token: 401, or something of the MCP server behind it. */
    admits: async (token: string | undefined): Promise<boolean> => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      return (await fetch(serverUrl, { method: 'POST', headers, body: '{}' })).status !== 401
    },
  }
}

interface Credentials {
  readonly client_id: string
  readonly issuer?: string | undefined
}

type Auth<Client, Tokens, Discovery> = (
  session: OAuthSession<Client, Tokens, Discovery>,
  options: {
    readonly serverUrl: string
    readonly fetchFn: typeof fetch
    readonly authorizationCode?: string
    readonly iss?: string
  },
) => Promise<string>

async function expectAnotherRegistration<
  Client extends Credentials,
  Tokens extends { access_token: string },
  Discovery,
>(auth: Auth<Client, Tokens, Discovery>): Promise<void> {
  const { serverUrl, one, other, trust, admits } = await startMovingServer()
  const posts: string[] = []
  const fetchFn: typeof fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const { body } = init ?? {}
    const grant = body instanceof URLSearchParams ? ` ${body.get('grant_type')}` : ''
    if (init?.method === 'POST') posts.push(`${url.origin}${url.pathname}${grant}`)
    return fetch(input, init)
  }
  const signIn = async (session: OAuthSession<Client, Tokens, Discovery>): Promise<void> => {
    expect(await auth(session, { serverUrl, fetchFn })).toBe('REDIRECT')
    const browser = createScriptedBrowser()
    const { searchParams } = await browser.authorize(session.authorizationUrl(), ALICE)
    const [authorizationCode, iss] = [searchParams.get('code'), searchParams.get('iss')]
    const answer = { authorizationCode: authorizationCode ?? '', iss: iss ?? '' }
    expect(await auth(session, { serverUrl, fetchFn, ...answer })).toBe('AUTHORIZED')
  }

  await trust(one)
  const before = createOAuthSession<Client, Tokens, Discovery>('A client')
  await signIn(before)
  const [registered, tokens] = [before.clientInformation(), before.tokens()]
  if (registered === undefined || tokens === undefined) throw new Error('nothing was saved')
  expect(await admits(tokens.access_token)).toBe(true)
  expect(posts.splice(0)).toEqual([`${one}/register`, `${one}/token authorization_code`])

  await trust(other)
  expect(await admits(tokens.access_token)).toBe(false)
  // The client is started again: it has its credentials, and looks for the authorization server.
  const after = createOAuthSession<Client, Tokens, Discovery>('A client', {}, registered)
  after.saveTokens(tokens)
  await signIn(after)
  expect(posts).toEqual([`${other}/register`, `${other}/token authorization_code`])
  expect(after.clientInformation()).toMatchObject({ issuer: other })
  expect(after.clientInformation()?.client_id).not.toBe(registered.client_id)
  expect(await admits(after.tokens()?.access_token)).toBe(true)
}

test('AS-23 the client of SDK v2 registers again where the metadata names another authorization server', async () => {
  await expectAnotherRegistration<StoredOAuthClientInformation, StoredOAuthTokens, DiscoveryV2>(
    authV2,
  )
})

test('AS-23 the client of SDK v1 does too', async () => {
  await expectAnotherRegistration<OAuthClientInformationMixed, OAuthTokens, DiscoveryV1>(authV1)
})
