import { createServer } from 'node:http'
import {
  type CreateAuthorizationServerOptions,
  createAuthorizationServer,
} from 'mcp-gatehouse/authorization-server'
import { memory } from 'mcp-gatehouse/storage'
import { createScriptedBrowser, type ScriptedBrowser } from 'mcp-gatehouse/testing'
import { expect, onTestFinished, test } from 'vitest'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { newRing, WEB_REDIRECT_URI } from '../authorization-server/world.ts'
import { ALICE, createAuthorizationRequest, postToken, register } from '../testing/flow.ts'

type Scopes = NonNullable<CreateAuthorizationServerOptions['scopes']>

const READ = { 'notes:read': { description: 'Read your notes', tools: ['list_notes', 'get'] } }

/** A server whose operator changes what scopes mean. */
async function start() {
  const http = createServer()
  const issuer = `http://127.0.0.1:${await listen(http, 0, '127.0.0.1')}`
  onTestFinished(() => close(http))
  const shared = {
    issuer,
    resources: { [`${issuer}/mcp`]: ['notes:read', 'notes:write'] },
    users: [{ username: 'alice', password: 'wonderland' }],
    storage: memory(),
    keys: { signing: await newRing('signing'), cookies: await newRing('cookies') },
    allowInsecureLoopback: true,
  }
  let current: Awaited<ReturnType<typeof createAuthorizationServer>> | undefined
  http.on('request', (req, res) => void current?.handler(req, res))
  const restart = async (scopes: Scopes): Promise<void> => {
    current = await createAuthorizationServer({ ...shared, scopes })
  }
  await restart(READ)
  const { client } = await register(issuer, {
    application_type: 'web',
    redirect_uris: [WEB_REDIRECT_URI],
  })
  const clientId = String(client['client_id'])
  const browser = createScriptedBrowser()
  const refresh = async (token: unknown, scope?: string) =>
    postToken(issuer, {
      grant_type: 'refresh_token',
      client_id: clientId,
      refresh_token: String(token),
      ...(scope !== undefined && { scope }),
    })
  return {
    restart,
    refresh,
    signIn: (scope = 'notes:read') => signIn(browser, { issuer, clientId, scope }),
  }
}

/** Allows and has it remembered, where there is a page; gives its texts, and the tokens. */
async function signIn(
  browser: ScriptedBrowser,
  {
    issuer,
    clientId,
    scope,
  }: { readonly issuer: string; readonly clientId: string; readonly scope: string },
) {
  const { username, password } = ALICE
  const request = createAuthorizationRequest(issuer, clientId, {
    redirect_uri: WEB_REDIRECT_URI,
    scope,
  })
  let stop = await browser.open(request.url)
  const page = stop.kind === 'page' ? stop.text : undefined
  if (stop.kind === 'page') {
    stop = await browser.submit(stop, { button: 'Allow', fields: { remember: ['yes'] } })
  }
  if (stop.kind === 'page') {
    stop = await browser.submit(stop, { button: 'Sign in', fields: { username, password } })
  }
  const callback = stop.kind === 'callback' ? stop.url : new URL(issuer)
  const { body } = await postToken(issuer, {
    grant_type: 'authorization_code',
    client_id: clientId,
    code: callback.searchParams.get('code') ?? '',
    code_verifier: request.codeVerifier,
    redirect_uri: WEB_REDIRECT_URI,
  })
  return { page, body }
}

const INVALID_GRANT = { status: 400, body: { error: 'invalid_grant' } } as const

test.each<[string, Scopes]>([
  ['another description', { 'notes:read': { ...READ['notes:read'], description: 'Read it all' } }],
  ['one tool more', { 'notes:read': { ...READ['notes:read'], tools: ['list_notes', 'get', 'x'] } }],
  ['no description', {}],
])(
  'EMA-11 with %s the next refresh is refused, and the page is shown again',
  async (_title, scopes) => {
    const { restart, refresh, signIn: connect } = await start()
    const first = await connect()
    expect(first.page).toContain('Read your notes')
    expect((await connect()).page).toBeUndefined()
    const refreshed = await refresh(first.body['refresh_token'])
    expect(refreshed.status).toBe(200)

    await restart(scopes)
    expect(await refresh(refreshed.body['refresh_token'])).toMatchObject(INVALID_GRANT)
    const again = await connect()
    expect(again.page).toBeDefined()
    expect((await refresh(again.body['refresh_token'])).status).toBe(200)
    expect((await connect()).page).toBeUndefined()
  },
)

test('EMA-11 the order of tools, other scopes and a restart change nothing', async () => {
  const { restart, refresh, signIn: connect } = await start()
  const { body } = await connect()
  await restart({
    'notes:read': { description: 'Read your notes', tools: ['get', 'list_notes'] },
    'notes:write': 'Change your notes',
  })
  expect((await refresh(body['refresh_token'])).status).toBe(200)
  expect((await connect()).page).toBeUndefined()
})

test('EMA-11 a refresh for the scopes that mean the same goes on', async () => {
  const { restart, refresh, signIn: connect } = await start()
  const { body } = await connect('notes:read notes:write')
  await restart({ ...READ, 'notes:write': 'Delete your notes' })
  expect(await refresh(body['refresh_token'])).toMatchObject(INVALID_GRANT)
  expect(await refresh(body['refresh_token'], 'notes:read')).toMatchObject({
    status: 200,
    body: { scope: 'notes:read' },
  })
})
