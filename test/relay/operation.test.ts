import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StorageError } from 'mcp-gatehouse'
import { createRelay } from 'mcp-gatehouse/relay'
import { memory, type Storage } from 'mcp-gatehouse/storage'
import { expect, onTestFinished, test, vi } from 'vitest'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { launchChromium, missingChromium } from '../browser/chromium.ts'
import { runHere } from '../cli/support.ts'
import { createAuthorizationRequest } from '../testing/flow.ts'
import { getCode, newClient, openConsent, redeem } from './flow.ts'
import { startRelay } from './world.ts'

test('nothing that is stored is a credential', async () => {
  const values: string[] = []
  const store = memory()
  const set: Storage['set'] = async (key, value, options) => {
    values.push(key, new TextDecoder().decode(value))
    return store.set(key, value, options)
  }
  const storage: Storage = { ...store, set }
  const world = await startRelay({ options: () => ({ storage }) })
  const code = await getCode(world, { clientId: await newClient(world) })
  const { body } = await redeem(world, code)
  const kinds = new Set(values.map((text) => text.split(':', 1).join('')))
  expect([...kinds].filter((kind) => kind.startsWith('relay-')).toSorted()).toEqual([
    'relay-approval',
    'relay-client',
    'relay-code',
    'relay-refresh-token',
    'relay-sign-in',
  ])
  const written = values.join('\n')
  for (const secret of [
    code.code,
    code.codeVerifier,
    String(body['access_token']),
    String(body['refresh_token']),
    world.provider.clientSecret,
  ]) {
    expect(secret.length).toBeGreaterThan(10)
    expect(written).not.toContain(secret)
  }
})

test('a store that is down is 503: the client keeps its code, and users see a page', async () => {
  const store = memory()
  let isDown = false
  const get: Storage['get'] = async (key) => {
    if (isDown) throw new StorageError('ERR_STORAGE_UNAVAILABLE', 'get', { retryable: true })
    return store.get(key)
  }
  const world = await startRelay({ options: () => ({ storage: { ...store, get } }) })
  const code = await getCode(world, { clientId: await newClient(world) })
  isDown = true
  expect(await redeem(world, code)).toEqual({
    status: 503,
    body: { error: 'temporarily_unavailable' },
  })
  const page = await fetch(createAuthorizationRequest(world.issuer, code.clientId).url)
  expect([page.status, page.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8'])
  isDown = false
  expect((await redeem(world, code)).status).toBe(200)
})

test('what one process has begun, another one ends', async () => {
  const world = await startRelay()
  const other = createServer()
  const port = await listen(other, 0, '127.0.0.1')
  const relay = await createRelay(world.options)
  other.on('request', (req, res) => void relay.handler(req, res))
  onTestFinished(() => close(other))
  const code = await getCode(world, { clientId: await newClient(world) })
  const elsewhere = { ...world, issuer: `http://127.0.0.1:${port}` }
  expect((await redeem(elsewhere, code)).status).toBe(200)
  expect((await redeem(world, code)).status).toBe(400)
})

test('an address that asks too often gets 429, a page or JSON', async () => {
  const limits = { pagesPerAddress: '1/minute', tokenRequestsPerAddress: '1/minute' } as const
  const world = await startRelay({ options: () => ({ limits }) })
  const clientId = await newClient(world)
  await openConsent(world, clientId)
  const page = await fetch(createAuthorizationRequest(world.issuer, clientId).url)
  expect([page.status, page.headers.get('retry-after')]).toEqual([429, '60'])
  const made = { clientId, code: 'x', codeVerifier: 'x', callback: new URL(world.issuer) }
  expect((await redeem(world, made)).status).toBe(400)
  expect((await redeem(world, made)).status).toBe(429)
})

test.skipIf(missingChromium() !== '')(
  `Chromium brings a user through the consent page${missingChromium()}`,
  async () => {
    const world = await startRelay()
    const clientId = await newClient(world, 'Notes & "more"')
    const { url } = createAuthorizationRequest(world.issuer, clientId, {
      state: `a b+c'd"<ü>&x=1`,
      resource: world.resource,
    })
    const browser = await launchChromium()
    onTestFinished(() => browser.close())
    const page = await browser.newPage()
    await page.goto(url.href)
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.locator('input[name=username]').waitFor()
    expect(new URL(page.url()).origin).toBe(new URL(world.provider.issuer).origin)
  },
  120_000,
)

test('the example opens with the keys of the page', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'relay-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const use of ['cookies', 'storage']) {
    await runHere(folder, ['keys', 'generate', '--use', use])
  }
  vi.stubEnv('AUTH0_CLIENT_SECRET', 'a secret of the provider')
  const { openRelay } = await import('../../examples/recipes/relay.ts')
  await expect(openRelay('memory:', join(folder, '.keys'))).resolves.toBeDefined()
  const { mcpRemoteOnly } = await import('../../examples/recipes/relay-fixed-port.ts')
  const { options } = await startRelay()
  await expect(createRelay({ ...options, ...mcpRemoteOnly })).resolves.toBeDefined()
})
