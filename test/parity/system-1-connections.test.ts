import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnections, oauthService } from 'mcp-gatehouse/connections'
import { createKeyRing, generateKey, keysFromFunction } from 'mcp-gatehouse/keys'
import { memory, openStorage, sealed } from 'mcp-gatehouse/storage'
import { createPrincipal } from 'mcp-gatehouse/testing'
import { expect, onTestFinished, test } from 'vitest'
import { createConnectionsCore } from '../../src/connections/create-connections.ts'
import { ownerOf } from '../../src/connections/owner.ts'
import { newRing } from '../authorization-server/world.ts'
import { startPagesWorld } from '../connections/pages-world.ts'
import { at, useToolSuite } from '../connections/tool-suite.ts'
import { createVisitor, signIn } from '../connections/visitor.ts'

const suite = useToolSuite()
const ANSWER = { content: [{ type: 'text', text: 'github of alice' }] }
const REDIRECT_URI = 'https://mcp.example.com/connect/notes/callback'

const notes = (extraAuthorizeParams: Readonly<Record<string, string>>) =>
  oauthService({
    title: 'Notes',
    clientId: 'us',
    clientSecret: 'ours',
    authorizationEndpoint: 'https://notes.example.com/authorize',
    tokenEndpoint: 'https://notes.example.com/token',
    apiOrigins: ['https://api.notes.example.com'],
    scopes: ['read'],
    extraAuthorizeParams,
  })

async function optionsOf(extra: Readonly<Record<string, string>>, storage = memory()) {
  const keys = { cookies: await newRing('cookies') }
  const identity = { issuer: 'https://id.example.com' } as never
  return {
    baseUrl: 'https://mcp.example.com',
    storage,
    keys,
    identity,
    services: { notes: notes(extra) },
  }
}

test('system 1: an OAuth service by its endpoints, with parameters of its own', async () => {
  const { core } = createConnectionsCore(await optionsOf({ prompt: 'consent' }))
  const service = core.settings.services.get('notes')
  if (service?.kind !== 'oauth') throw new Error('not OAuth')
  const started = await service.start({ redirectUri: REDIRECT_URI })
  const url = new URL(started.ok ? started.value.url : '')
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    client_id: 'us',
    redirect_uri: REDIRECT_URI,
    scope: 'read',
    response_type: 'code',
    state: expect.stringMatching(/^.{20,}$/),
    code_challenge_method: 'S256',
    prompt: 'consent',
  })
  await expect(createConnections(await optionsOf({ state: 'mine' }))).rejects.toThrow('state')
})

test('system 1: credentials are of whoever the token names', async () => {
  const url = async (asked: { readonly url: string }): Promise<'accept'> => {
    await suite.world.open(asked.url)
    return 'accept'
  }
  const fetch = suite.modern()
  const alice = await at('2026-07-28')({ token: suite.alice, fetch, url })
  await alice.call('list_issues')
  const bob = await at('2026-07-28')({ token: suite.bob, fetch, url })
  await bob.call('list_issues')
  expect([alice.asked.length, bob.asked.length]).toEqual([1, 1])
})

test('system 1: require_token around a tool, fail-fast', async () => {
  const client = await at('2025-11-25')({
    token: suite.alice,
    fetch: suite.sessionsV1({ mode: 'fail-fast' }),
    url: () => 'accept',
  })
  const error = await client.call('list_issues').catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: -32_042 })
  const { elicitations } = error as { elicitations: { url: string }[] }
  await suite.world.open(elicitations[0]?.url ?? '')
  expect(await client.call('list_issues')).toMatchObject(ANSWER)
})

test('system 1: a call that waits for the browser, and tells the client when it is done', async () => {
  const client = await at('2025-11-25')({
    token: suite.alice,
    fetch: suite.sessionsV1({ mode: 'wait' }),
    url: ({ url }) => {
      setTimeout(() => void suite.world.open(url), 20)
      return 'accept'
    },
  })
  expect(await client.call('list_issues')).toMatchObject(ANSWER)
  expect(client.completed).toEqual(client.asked.map(({ elicitationId }) => elicitationId))
})

test('system 1: the callback route refuses a state that it does not know', async () => {
  const world = await startPagesWorld()
  onTestFinished(() => world.close())
  const path = `${world.baseUrl}/connect/github/callback`
  const visitor = createVisitor()
  const answers = [await visitor.get(path), await visitor.get(`${path}?code=a&state=unknown`)]
  expect(answers.map(({ status }) => status)).toEqual([400, 400])
})

test('system 1: a form for a credential, with labels, types, hints and a guide', async () => {
  const world = await startPagesWorld()
  onTestFinished(() => world.close())
  const { url } = await world.ask('alice', 'tracker')
  const visitor = createVisitor()
  const { text } = await signIn(visitor, await visitor.get(url), 'alice')
  for (const part of ['API token', 'type="password"', 'type="url"', '<textarea', '<strong>copy']) {
    expect(text).toContain(part)
  }
})

test('system 1: require_credentials, get_credentials and invalidate_credentials', async () => {
  const world = await startPagesWorld()
  onTestFinished(() => world.close())
  const owner = world.owner('alice')
  const account = { id: '7', name: 'alice' }
  const fields = { token: 'alice-token', site: 'https://acme.tracker.example' }
  await world.core.vault.save(owner, 'tracker', { kind: 'secret', fields, account, clientId: 'a' })
  const principal = createPrincipal({ sub: owner.subject }, owner.issuer)
  const credential = await world.core.get(principal, 'tracker')
  expect(credential.fields['token']).toBe('alice-token')
  await world.core.vault.disconnect(owner, 'tracker')
  await expect(world.core.get(principal, 'tracker')).rejects.toMatchObject({
    code: 'ERR_CONNECTION_REQUIRED',
  })
})

test('system 1: stores by configuration, encrypted where they outlive the process', async () => {
  const document = { keys: [await generateKey({ use: 'storage' })] }
  const ring = await createKeyRing({ use: 'storage', source: keysFromFunction(() => document) })
  const principal = createPrincipal({ sub: 'alice' })
  const file = join(mkdtempSync(join(tmpdir(), 'gatehouse-')), 'store.db')
  for (const url of ['memory:', `sqlite:${file}`]) {
    // oxlint-disable-next-line no-await-in-loop
    const storage = await sealed(await openStorage(url), ring)
    onTestFinished(() => storage.close())
    // oxlint-disable-next-line no-await-in-loop
    const { core } = createConnectionsCore(await optionsOf({}, storage))
    const tokens = { accessToken: 'a', refreshToken: 'b', scopes: ['read'], expiresInSeconds: 60 }
    const account = { id: '1', name: 'alice' }
    // oxlint-disable-next-line no-await-in-loop
    await core.vault.save(ownerOf(principal), 'notes', {
      kind: 'oauth',
      tokens,
      account,
      clientId: undefined,
    })
    // oxlint-disable-next-line no-await-in-loop
    expect(await core.vault.list(ownerOf(principal))).toMatchObject([{ service: 'notes' }])
  }
})
