import { StorageError } from 'mcp-gatehouse'
import { memory, type Storage } from 'mcp-gatehouse/storage'
import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ALICE, createAuthorizationRequest, REDIRECT_URI, register } from '../testing/flow.ts'
import { type AsWorld, startAuthorizationServer } from './world.ts'

type Method = 'commit' | 'get' | 'list' | 'set'

interface OutageWorld extends AsWorld {
  /** From now on every call of this method fails. */
  breakDown(method: Method): void
  /** Everything works again. */
  mend(): void
}

async function startWorld(): Promise<OutageWorld> {
  const broken = new Set<PropertyKey>()
  const storage = new Proxy<Storage>(memory(), {
    get(target, name) {
      if (!broken.has(name)) return Reflect.get(target, name) as unknown
      return () => {
        throw new StorageError('ERR_STORAGE_UNAVAILABLE', 'Test', { retryable: true })
      }
    },
  })
  const world = await startAuthorizationServer({ options: () => ({ storage }) })
  onTestFinished(() => world.close())
  return {
    ...world,
    breakDown: (method) => void broken.add(method),
    mend: () => broken.clear(),
  }
}

async function expectOutage(answer: Response): Promise<void> {
  expect(answer.status).toBe(503)
  expect(answer.headers.get('retry-after')).toBe('5')
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('pragma')).toBe('no-cache')
  expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  expect(await answer.json()).toMatchObject({ error: 'temporarily_unavailable' })
}

describe.each(['get', 'list', 'commit', 'set'] as const)(
  'while %s of the storage fails',
  (method) => {
    test.each(['*/*', 'text/html'])(
      'a registration that takes %s is 503, told in JSON, and works again afterwards',
      async (accept) => {
        const world = await startWorld()
        world.breakDown(method)
        const answer = await fetch(`${world.issuer}/register`, {
          method: 'POST',
          headers: { accept, 'content-type': 'application/json' },
          body: JSON.stringify({
            redirect_uris: [REDIRECT_URI],
            token_endpoint_auth_method: 'none',
          }),
        })
        await expectOutage(answer)
        world.mend()
        expect((await register(world.issuer)).status).toBe(201)
      },
    )
  },
)

test.each(['*/*', 'text/html'])(
  'a code that takes %s is 503, and is good afterwards',
  async (accept) => {
    const world = await startWorld()
    const clientId = String((await register(world.issuer)).client['client_id'])
    const { url, codeVerifier } = createAuthorizationRequest(world.issuer, clientId)
    const callback = await createScriptedBrowser().authorize(url, ALICE)
    const redeem = (): Promise<Response> =>
      fetch(`${world.issuer}/token`, {
        method: 'POST',
        headers: { accept },
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: clientId,
          code: callback.searchParams.get('code') ?? '',
          code_verifier: codeVerifier,
          redirect_uri: REDIRECT_URI,
        }),
      })
    world.breakDown('commit')
    await expectOutage(await redeem())
    world.mend()
    expect((await redeem()).status).toBe(200)
  },
)
