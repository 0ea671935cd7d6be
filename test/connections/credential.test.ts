import { inspect } from 'node:util'
import { type Credential, oauthService, secretService } from 'mcp-gatehouse/connections'
import { describe, expect, test } from 'vitest'
import {
  ACCOUNT,
  connectionFor,
  genericAt,
  sendJson,
  startCannedService,
  startRotatingService,
} from './canned-service.ts'
import { ALICE, createWorld, OWNER } from './world.ts'

const CANARY = 'canary-4f9d3a-secret'

async function open(expiresIn: number | undefined = 300) {
  const service = await startRotatingService()
  const world = createWorld({ notes: oauthService(genericAt(service.origin)) })
  await world.core.vault.save(OWNER, 'notes', connectionFor(expiresIn))
  return { service, world }
}

describe('credential.fetch', () => {
  test('E-06, E-07: sends the token of the user to the service alone, instead of what the caller says', async () => {
    const { service, world } = await open()
    const notes = await world.api.get(ALICE, 'notes')
    const response = await notes.fetch(`${service.origin}/items?a=b`, {
      headers: { Authorization: 'Bearer of-the-mcp-client', 'X-Own': '1' },
    })
    expect(response.status).toBe(200)
    const [request] = service.requestsTo('GET /items')
    expect(request?.headers).toMatchObject({ authorization: 'Bearer at-0', 'x-own': '1' })
  })

  test.each([
    'https://evil.example/items',
    'http://127.0.0.1:1/items',
    'https://user:password@127.0.0.1/items',
    '/items',
    'file:///etc/passwd',
    'data:text/plain,a',
  ])('refuses to send it to %s', async (url) => {
    const { world, service } = await open()
    const notes = await world.api.get(ALICE, 'notes')
    await expect(notes.fetch(url)).rejects.toMatchObject({ code: 'ERR_DENIED_API_ORIGIN' })
    expect(service.seen).toEqual([])
  })

  test('follows redirects on the service, and none that leads elsewhere', async () => {
    const other = await startCannedService((_request, res) => sendJson(res, {}))
    const service = await startCannedService(({ line }, res) => {
      const location = line === 'POST /out' ? `${other.origin}/stolen` : '/target'
      if (line.endsWith('/target')) sendJson(res, { line })
      else res.writeHead(line === 'PUT /kept' ? 307 : 302, { location }).end()
    })
    const world = createWorld({ notes: oauthService(genericAt(service.origin)) })
    await world.core.vault.save(OWNER, 'notes', connectionFor(300))
    const notes = await world.api.get(ALICE, 'notes')
    const post = await notes.fetch(`${service.origin}/in`, { method: 'POST', body: 'a' })
    expect(await post.json()).toEqual({ line: 'GET /target' })
    const put = await notes.fetch(`${service.origin}/kept`, { method: 'PUT', body: 'b' })
    expect(await put.json()).toEqual({ line: 'PUT /target' })
    expect(service.requestsTo('PUT /target')[0]?.body).toBe('b')
    const out = await notes.fetch(`${service.origin}/out`, { method: 'POST', body: 'c' })
    expect(out.status).toBe(302)
    expect(other.seen).toEqual([])
  })

  test('renews the token at a 401 once, and repeats the request once', async () => {
    const { service, world } = await open()
    const notes = await world.api.get(ALICE, 'notes')
    // The service has ended at-0 early; rt-0 brings at-1.
    const usual = service.answer
    service.answer = (request, res) =>
      request.headers.authorization === 'Bearer at-0' ? sendJson(res, {}, 401) : usual(request, res)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        notes.fetch(`${service.origin}/items`, { method: 'POST', body: '{"a":1}' }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    expect(service.refreshes()).toBe(1)
    expect(service.requestsTo('POST /items').filter(({ body }) => body !== '{"a":1}')).toEqual([])
    expect(world.types()).toContain('connection.refreshed')
  })

  test('leaves a 401 that is not the token’s fault to the tool, without a refresh', async () => {
    const service = await startCannedService(({ line }, res) =>
      line === 'GET /user' ? sendJson(res, { sub: '1' }) : sendJson(res, {}, 401),
    )
    const world = createWorld({ notes: oauthService(genericAt(service.origin)) })
    await world.core.vault.save(OWNER, 'notes', connectionFor(300))
    const notes = await world.api.get(ALICE, 'notes')
    expect((await notes.fetch(`${service.origin}/items`)).status).toBe(401)
    expect(service.requestsTo('POST /token')).toEqual([])
  })

  test('does not repeat a stream, whose bytes are gone', async () => {
    const { service, world } = await open()
    const usual = service.answer
    service.answer = (request, res) =>
      request.headers.authorization === 'Bearer at-0' ? sendJson(res, {}, 401) : usual(request, res)
    const notes = await world.api.get(ALICE, 'notes')
    const stream = () => new Blob(['{"a":1}']).stream()
    const send = async () =>
      notes.fetch(`${service.origin}/items`, {
        method: 'POST',
        body: stream(),
        duplex: 'half',
      } as RequestInit)
    expect((await send()).status).toBe(401)
    expect((await send()).status).toBe(200)
    expect(service.requestsTo('POST /items')).toHaveLength(2)
  })

  test('of a token without an end asks the user again, once the service takes it no more', async () => {
    const service = await startCannedService((_request, res) => sendJson(res, {}, 401))
    const world = createWorld({ notes: oauthService(genericAt(service.origin)) })
    const { tokens } = connectionFor(undefined)
    await world.core.vault.save(OWNER, 'notes', {
      kind: 'oauth',
      tokens: { ...tokens, refreshToken: undefined },
      account: ACCOUNT,
      clientId: undefined,
    })
    const notes = await world.api.get(ALICE, 'notes')
    const needed = {
      code: 'ERR_CONNECTION_REQUIRED',
      services: [{ service: 'notes', reason: 'ended' }],
    }
    await expect(notes.fetch(`${service.origin}/items`)).rejects.toMatchObject(needed)
    const asked = service.seen.length
    await expect(world.api.get(ALICE, 'notes')).rejects.toMatchObject(needed)
    expect(service.seen).toHaveLength(asked)
    expect(world.types().filter((type) => type === 'connection.needs_reconnect')).toHaveLength(1)
  })
})

describe('SEC-249, SEC-250: a secret is in nothing that can be printed', () => {
  const shown = (value: unknown): string =>
    [
      inspect(value, { depth: 10, showHidden: true, getters: true }),
      JSON.stringify(value) ?? '',
      String(value),
      value instanceof Error ? `${value.stack}${inspect(value.cause, { depth: 10 })}` : '',
    ].join('\n')

  async function leaks(fetch: typeof globalThis.fetch): Promise<readonly unknown[]> {
    const origin = 'https://api.example.com'
    const options = { ...genericAt(origin), clientSecret: CANARY, fetch }
    const jira = secretService({
      title: 'Jira',
      fields: { token: { label: 'Token' } },
      apiOrigins: [origin],
      authorize: ({ token = '' }) => ({ authorization: `Bearer ${token}` }),
      verify: ({ token = '' }) => {
        throw new Error(`the service says ${token}`)
      },
      fetch,
    })
    const world = createWorld({ notes: oauthService(options), jira })
    const tokens = { accessToken: CANARY, refreshToken: CANARY, scopes: [], expiresInSeconds: 300 }
    await world.core.vault.save(OWNER, 'notes', {
      kind: 'oauth',
      tokens,
      account: ACCOUNT,
      clientId: 'c',
    })
    await world.core.vault.save(OWNER, 'jira', {
      kind: 'secret',
      fields: { token: CANARY },
      account: ACCOUNT,
      clientId: 'c',
    })
    const seen: unknown[] = []
    const credentials: Credential[] = [
      await world.api.get(ALICE, 'notes'),
      await world.api.get(ALICE, 'jira'),
    ]
    for (const credential of credentials) {
      seen.push(credential, { ...credential }, credential.fields, { ...credential.fields })
      seen.push(await credential.fetch(`${origin}/items`).catch((error: unknown) => error))
      seen.push(await credential.fetch('https://evil.example').catch((error: unknown) => error))
    }
    seen.push(await credentials[1]?.accessToken().catch((error: unknown) => error))
    const form = world.service('jira')
    if (form.kind === 'secret') {
      seen.push(await form.tryFields({ token: CANARY }))
    }
    seen.push(await world.api.export(ALICE), await world.api.revokeAll(ALICE), ...world.events)
    return seen
  }

  test('where an HTTP client throws an error that holds the whole request', async () => {
    const seen = await leaks((_input, init) => {
      const headers = Object.fromEntries(new Headers(init?.headers))
      const error = new Error(`failed with ${headers['authorization'] ?? ''}`)
      return Promise.reject(Object.assign(error, { config: { headers, body: init?.body } }))
    })
    for (const value of seen) expect(shown(value)).not.toContain(CANARY)
    const errors = seen.filter((value) => value instanceof Error)
    expect(errors.map((error) => (error as Error & { code: string }).code)).toEqual([
      'ERR_UPSTREAM_UNREACHABLE',
      'ERR_DENIED_API_ORIGIN',
      'ERR_UPSTREAM_UNREACHABLE',
      'ERR_DENIED_API_ORIGIN',
      'ERR_DENIED_CREDENTIAL_KIND',
    ])
  })

  test('where the service repeats it in its answers', async () => {
    const seen = await leaks(async (_input, init) => {
      const body = { error: 'invalid_grant', error_description: CANARY, echo: init?.headers }
      return Response.json(body, { status: 400 })
    })
    // An answer of the API is the tool's: whoever asks a service to repeat a token gets it.
    const own = seen.filter((value) => !(value instanceof Response))
    for (const value of own) expect(shown(value)).not.toContain(CANARY)
  })

  test('a field is read by its name, and found by nothing that lists', async () => {
    const jira = secretService({ title: 'Jira', fields: { token: { label: 'Token' } } })
    const world = createWorld({ jira })
    const typed = {
      kind: 'secret',
      fields: { token: CANARY },
      account: ACCOUNT,
      clientId: 'c',
    } as const
    await world.core.vault.save(OWNER, 'jira', typed)
    const { fields } = await world.api.get(ALICE, 'jira')
    const { token } = fields
    expect(token).toBe(CANARY)
    expect([Object.keys(fields), JSON.stringify(fields)]).toEqual([[], '"[redacted]"'])
    expect(fields['constructor']).toBeUndefined()
  })
})
