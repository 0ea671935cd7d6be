import type { AuthInfo } from 'mcp-gatehouse'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { corsFields } from './answers.ts'
import { ALLOWED_ORIGIN } from './matrix.ts'
import { bearer, call, METADATA_URL, openWorld, post, RESOURCE, SCOPE } from './world.ts'

const OWN_HEADERS = [
  ['Content-Type', 'text/x-own'],
  ['Cache-Control', 'private'],
  ['X-Own', 'kept'],
  ['Set-Cookie', 'a=1'],
  ['Set-Cookie', 'b=2'],
] as const
const OWN_FIELDS = {
  'cache-control': 'private',
  'content-type': 'text/x-own',
  'set-cookie': 'a=1, b=2',
  'x-own': 'kept',
}

const world = await openWorld({
  server: { allowedOrigins: [ALLOWED_ORIGIN] },
  handler: ({ authInfo }) => {
    // A handler that changes what it was given changes it for itself alone.
    ;(authInfo as AuthInfo | undefined)?.scopes.push('admin')
    return { status: 202, headers: OWN_HEADERS, body: 'own body' }
  },
})
const { issuer, tokens } = world
afterAll(() => world.close())
beforeEach(() => {
  world.takeEvents()
  world.takeSeen()
})

describe.each(world.apps)('%s', (name, app) => {
  test.each(['GET', 'POST', 'DELETE', 'OPTIONS'])(
    '%s with a valid token reaches the handler, whose answer is left alone',
    async (method) => {
      const request =
        method === 'POST'
          ? post(call(1), bearer(tokens.good))
          : { method, headers: [bearer(tokens.good)] }
      expect(await app.send(request)).toEqual({
        status: 202,
        headers: OWN_FIELDS,
        body: 'own body',
      })
      expect(world.takeSeen().map((seen) => seen.method)).toEqual([method])
    },
  )

  test('HEAD with a valid token reaches the handler', async () => {
    const answer = await app.send({ method: 'HEAD', headers: [bearer(tokens.good)] })
    expect(answer).toEqual({ status: 202, headers: OWN_FIELDS, body: '' })
    expect(world.takeSeen()).toHaveLength(1)
  })

  test('an upgrade with a valid token is an ordinary request', async () => {
    const headers = [bearer(tokens.good), ['Connection', 'Upgrade'], ['Upgrade', 'h2c']] as const
    expect(await app.send({ headers })).toMatchObject({ status: 202, body: 'own body' })
  })

  test('the handler gets principal, AuthInfo and currentPrincipal(), after the body is read', async () => {
    const issuedAt = Math.floor(Date.now() / 1000)
    const claims = {
      iss: issuer.issuer,
      sub: 'carol',
      client_id: 'client-7',
      aud: RESOURCE,
      scope: `${SCOPE} notes:write`,
      tid: 'acme',
      roles: ['editor'],
      permissions: ['notes:delete'],
      iat: issuedAt,
      exp: issuedAt + 60,
    }
    const token = await issuer.mint(claims)
    await app.send(post(call(1), bearer(token)))

    const principal = {
      kind: 'user',
      id: JSON.stringify([issuer.issuer, 'acme', 'user', 'carol']),
      issuer: issuer.issuer,
      subject: 'carol',
      clientId: 'client-7',
      tenant: 'acme',
      scopes: new Set([SCOPE, 'notes:write']),
      roles: new Set(['editor']),
      permissions: new Set(['notes:delete']),
      claims,
    }
    const authInfo = {
      token,
      clientId: 'client-7',
      scopes: [SCOPE, 'notes:write', 'admin'],
      expiresAt: issuedAt + 60,
      resource: new URL(RESOURCE),
      resourceMetadataUrl: METADATA_URL,
      extra: { principal },
    }
    expect(world.takeSeen()).toEqual([
      {
        method: 'POST',
        principal,
        current: principal,
        // `protectFetch` keeps the platform's arguments, and the principal is in the context.
        authInfo: name === 'fetch, protectFetch' ? undefined : authInfo,
        body: call(1),
      },
    ])
  })

  test('each request has an AuthInfo of its own', async () => {
    await app.send({ headers: [bearer(tokens.good)] })
    await app.send({ headers: [bearer(tokens.good)] })
    const scopes = world
      .takeSeen()
      .map(({ authInfo }) => (authInfo as AuthInfo | undefined)?.scopes)
    const own = name === 'fetch, protectFetch' ? undefined : [SCOPE, 'admin']
    expect(scopes).toEqual([own, own])
  })

  test('requests of two users at once keep their callers apart', async () => {
    const users = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'good' : 'other'))
    await Promise.all(users.map((user) => app.send(post({ user }, bearer(tokens[user as 'good'])))))
    const mixed = world.takeSeen().filter(({ current, body }) => {
      const subject = (body as { user: string }).user === 'good' ? 'alice' : 'bob'
      return (current as { subject: string }).subject !== subject
    })
    expect(mixed).toEqual([])
  })

  test('an admitted request is one audit event that names the caller', async () => {
    await app.send({ target: '/mcp?secret=1', headers: [bearer(tokens.good)] })
    expect(world.takeEvents()).toEqual([
      {
        type: 'auth.allow',
        correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        at: expect.closeTo(Date.now() / 1000, -1),
        resource: RESOURCE,
        method: 'GET',
        path: '/mcp',
        address: app.port === undefined ? undefined : '127.0.0.1',
        issuer: issuer.issuer,
        subject: 'alice',
        clientId: 'client-1',
        tenant: undefined,
      },
    ])
  })

  test("the page of an allowed origin can read the handler's answer", async () => {
    const headers = [bearer(tokens.good), ['Origin', ALLOWED_ORIGIN]] as const
    expect(await app.send({ headers })).toEqual({
      status: 202,
      headers: { ...OWN_FIELDS, ...corsFields(ALLOWED_ORIGIN) },
      body: 'own body',
    })
  })
})
