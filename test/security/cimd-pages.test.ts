import type { CreateAuthorizationServerOptions } from 'mcp-gatehouse/authorization-server'
import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/runtime/index.ts'
import { type DocumentHost, startDocumentHost } from '../authorization-server/document-host.ts'
import {
  ask,
  createRecordingBrowser,
  expectCallback,
  expectPage,
} from '../authorization-server/user-agent.ts'
import { type AsWorld, startAuthorizationServer } from '../authorization-server/world.ts'
import {
  ALICE,
  createAuthorizationRequest,
  obtainTokens,
  postToken,
  REDIRECT_URI,
} from '../testing/flow.ts'

const METADATA = { client_name: 'Known editor', redirect_uris: [REDIRECT_URI] }
const CREDENTIALS = { username: ALICE.username, password: ALICE.password }
/** A document without cache headers is read again after this. */
const CACHE_SECONDS = 60

interface World extends AsWorld {
  readonly host: DocumentHost
  readonly clientId: string
  /** Lets documents get old. */
  pass(seconds: number): void
}

/** An authorization server with embedded users, and a client that it knows by its document. */
async function start(options: Partial<CreateAuthorizationServerOptions> = {}): Promise<World> {
  const host = await startDocumentHost()
  let passed = 0
  const clock = {
    now: () => systemClock.now() + passed,
    elapsed: () => systemClock.elapsed() + passed * 1_000,
  }
  const { clientIdMetadata } = host
  const world = await startAuthorizationServer({
    options: () => ({ clientIdMetadata, clock, ...options }),
  })
  onTestFinished(() => world.close())
  return {
    ...world,
    host,
    clientId: host.publish('/editor.json', METADATA),
    pass: (seconds) => {
      passed += seconds
    },
  }
}

const urlOf = ({ issuer, clientId }: World): URL => createAuthorizationRequest(issuer, clientId).url

test('AS-04 AS-08 the consent page shows whose document it is, and where the answer goes', async () => {
  const world = await start()
  const { text } = expectPage(await createScriptedBrowser().open(urlOf(world)))
  expect(text).toContain('client.example.com Verified domain')
  expect(text).toContain('It calls itself Known editor')
  expect(text).toContain('127.0.0.1:9')
  expect(world.host.requests).toHaveLength(1)
})

test('SEC-172 a document that changes between page and answer shows the page again, as it is now', async () => {
  const world = await start()
  const { browser } = createRecordingBrowser()
  const page = expectPage(await browser.open(urlOf(world)))
  world.host.publish('/editor.json', { ...METADATA, client_name: 'Somebody else' })
  world.pass(CACHE_SECONDS + 1)

  const again = expectPage(await browser.submit(page, { button: 'Allow' }))
  expect(again.text).toContain('It calls itself Somebody else')
  expect(world.events.map(({ type }) => type)).toEqual(['client.metadata_changed'])

  const signIn = expectPage(await browser.submit(again, { button: 'Allow' }))
  expectCallback(await browser.submit(signIn, { button: 'Sign in', fields: CREDENTIALS }))
})

test('SEC-172 and one that changes while the user signs in', async () => {
  const world = await start()
  const { browser } = createRecordingBrowser()
  const page = expectPage(await browser.open(urlOf(world)))
  const signIn = expectPage(await browser.submit(page, { button: 'Allow' }))
  world.host.publish('/editor.json', {
    ...METADATA,
    redirect_uris: [...METADATA.redirect_uris, 'https://evil.example/cb'],
  })
  world.pass(CACHE_SECONDS + 1)
  const again = expectPage(await browser.submit(signIn, { button: 'Sign in', fields: CREDENTIALS }))
  expect(again.text).toContain('It calls itself Known editor')
  expect(world.events.map(({ type }) => type)).not.toContain('consent.allow')
})

test('SEC-201 a document that is gone when the user answers ends the sign-in with a page', async () => {
  const world = await start()
  const { browser } = createRecordingBrowser()
  const page = expectPage(await browser.open(urlOf(world)))
  world.host.publish('/editor.json', { redirect_uris: [] })
  world.pass(CACHE_SECONDS + 1)
  const stop = expectPage(await browser.submit(page, { button: 'Allow' }))
  expect(stop.status).toBe(503)
  expect(stop.text).toContain('cannot be read at the moment')
  expect(world.events.map(({ type }) => type)).not.toContain('authorization_server.error')
  world.host.publish('/editor.json', METADATA)
  expect(expectPage(await browser.submit(page, { button: 'Allow' })).url.pathname).toMatch(
    /sign-in$/,
  )
})

test('AS-07 a document that cannot be read is named in the error, and nothing goes to the client', async () => {
  const world = await start()
  world.host.publish('/editor.json', { client_name: 'No redirect URIs' })
  const answer = await ask(urlOf(world))
  expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
  expect(await answer.text()).toContain('the metadata document of this client')
})

test('SEC-204 AS-04 where documents are off nothing is fetched, and the metadata does not offer them', async () => {
  const world = await start({ clientIdMetadata: 'off' })
  const answer = await ask(urlOf(world))
  expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
  expect(world.host.requests).toEqual([])
  const metadata = await fetch(`${world.issuer}/.well-known/oauth-authorization-server`)
  expect(await metadata.text()).not.toContain('client_id_metadata_document')
})

test('SEC-202 two installations of one document have a grant each', async () => {
  const { issuer, clientId } = await start()
  const signIn = async (): Promise<string> => {
    const browser = createScriptedBrowser()
    const tokens = await obtainTokens(issuer, { browser, clientId, signIn: ALICE })
    return String(tokens['refresh_token'])
  }
  const refresh = (refresh_token: string) =>
    postToken(issuer, { grant_type: 'refresh_token', client_id: clientId, refresh_token })
  const [laptop, desktop] = [await signIn(), await signIn()]
  const laptopAgain = await signIn()
  for (const token of [desktop, laptopAgain, laptop]) {
    expect(await refresh(token)).toMatchObject({ status: 200 })
  }
})
