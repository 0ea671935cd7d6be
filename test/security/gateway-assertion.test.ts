import { generateKeyPair, SignJWT } from 'jose'
import { createResourceServer } from 'mcp-gatehouse'
import { assertionVerifier } from 'mcp-gatehouse/verifiers'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { openGatewayWorld, PUBLIC_URL } from '../gateway/world.ts'

const world = await openGatewayWorld()
const token = await world.mint()
afterAll(() => world.close())

const call = () => world.call(token)

describe('SEC-315 assertions', () => {
  const upstreamOf = (audience: string) =>
    createResourceServer({
      resource: audience,
      authorizationServers: [PUBLIC_URL],
      allowInsecureLoopback: true,
      verifier: assertionVerifier({
        issuer: PUBLIC_URL,
        fetch: () => fetch(`http://127.0.0.1:${world.port}/.well-known/jwks.json`),
      }),
    })
  const knock = async (gate: ReturnType<typeof upstreamOf>, jwt: string) => {
    const outcome = await gate.authenticate(
      new Request(gate.resource, { headers: { authorization: `Bearer ${jwt}` } }),
    )
    return outcome instanceof Response ? outcome.status : outcome.principal.subject
  }
  const assertion = async (): Promise<string> => {
    await world.send(call())
    return world.upstream.seen.at(-1)?.headers.authorization?.slice('Bearer '.length) ?? ''
  }

  test('SEC-315 say who calls, to one upstream, once', async () => {
    const gate = upstreamOf(world.upstream.url)
    const first = await assertion()
    expect(await knock(gate, first)).toBe('alice')
    expect(await knock(gate, first)).toBe(401)
    expect(await knock(gate, await assertion())).toBe('alice')
    expect(await knock(upstreamOf('http://127.0.0.1:1/mcp'), await assertion())).toBe(401)
  })

  test('SEC-315 hold what the upstream needs, for at most 60 seconds', async () => {
    const [, payload = ''] = (await assertion()).split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
      iat: number
      exp: number
    }
    expect(claims).toEqual({
      iss: PUBLIC_URL,
      aud: world.upstream.url,
      sub: 'alice',
      sub_id: { format: 'iss_sub', iss: world.issuer.issuer, sub: 'alice' },
      client_id: 'client-1',
      scope: 'notes:read',
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      iat: expect.any(Number),
      exp: claims.iat + 30,
    })
  })

  test('SEC-315 of an hour ago, for an hour, unsigned, of another key or without jti are refused', async () => {
    const gate = upstreamOf(world.upstream.url)
    const good = await assertion()
    const [header = '', payload = '', signature = ''] = good.split('.')
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
    const { privateKey } = await generateKeyPair('ES256')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }
    const forged = await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'ES256', kid, typ: 'at+jwt' })
      .sign(privateKey)
    for (const jwt of [`${none}.${payload}.`, `${none}.${payload}.${signature}`, forged]) {
      expect(await knock(gate, jwt)).toBe(401)
    }
    expect(await knock(gate, good)).toBe('alice')
  })

  test.each([
    ['of an hour ago', { iat: -3_600, exp: -3_540 }],
    ['for an hour', { iat: 0, exp: 3_600 }],
    ['without jti', { jti: undefined, iat: 0, exp: 60 }],
  ])('SEC-315 signed by the gateway, %s, are refused', async (_what, times) => {
    const now = Math.floor(Date.now() / 1_000)
    const { iat, exp, ...rest } = times
    const gate = createResourceServer({
      resource: 'http://127.0.0.1:1/mcp',
      authorizationServers: [world.issuer.issuer],
      allowInsecureLoopback: true,
      verifier: assertionVerifier({
        issuer: world.issuer.issuer,
        jwksUri: world.issuer.jwksUri,
        allowInsecureLoopback: true,
      }),
    })
    const mint = (claims: object) =>
      world.issuer.mint(
        { aud: gate.resource, jti: 'j-1', ...claims },
        { header: { typ: 'at+jwt' } },
      )
    expect(await knock(gate, await mint({ iat: now + iat, exp: now + exp, ...rest }))).toBe(401)
    expect(await knock(gate, await mint({ jti: 'j-2', iat: now, exp: now + 60 }))).toBe('alice')
  })

  test('SEC-315 of two issuers, users of one name have another subject each', async () => {
    const other = await openGatewayWorld()
    onTestFinished(() => other.close())
    const both = await openGatewayWorld({
      gateway: { authorizationServers: [world.issuer.issuer, other.issuer.issuer] },
    })
    onTestFinished(() => both.close())
    for (const issuer of [world.issuer, other.issuer]) {
      const jwt = await issuer.mint({ aud: 'https://mcp.example.com/mcp', sub: 'alice' })
      expect((await both.send(both.call(jwt))).status).toBe(200)
    }
    const subjects = both.upstream.seen.map(({ headers }) => {
      const [, payload = ''] = headers.authorization?.split('.') ?? []
      return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string }).sub
    })
    expect(new Set(subjects).size).toBe(2)
  })
})
