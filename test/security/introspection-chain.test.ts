import type { TokenVerifier } from 'mcp-gatehouse'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import {
  customVerifier,
  introspectionVerifier,
  jwtVerifier,
  userinfoVerifier,
} from 'mcp-gatehouse/verifiers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startHostileServer } from './support/hostile-server.ts'
import {
  ALLOWED,
  CLIENT,
  createRemoteGate,
  goodAnswer,
  RESOURCE,
  SCOPE,
} from './support/remote-gate.ts'

const ISSUER = 'https://id.example.com'

/** An introspection endpoint that vouches for everything. */
async function startYesSayer(issuer = ISSUER): Promise<{
  readonly verifier: TokenVerifier
  readonly asked: () => number
}> {
  const server = await startHostileServer((_request, response) => {
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(goodAnswer(issuer)))
  })
  const verifier = introspectionVerifier({
    ...CLIENT,
    issuer,
    introspectionEndpoint: `${server.origin}/introspect`,
    allowInsecureLoopback: true,
  })
  return { verifier, asked: () => server.count }
}

describe('SEC-058 a JWT that fails here is refused, whatever an introspection endpoint would say', () => {
  test('SEC-058 chosen by what a token is, and never by trying', async () => {
    const issuer = await createTokenIssuer()
    onTestFinished(() => issuer.close())
    const { verifier: introspection, asked } = await startYesSayer(issuer.issuer)
    const signed = jwtVerifier({ issuer: issuer.issuer, allowInsecureLoopback: true })
    const verifier: TokenVerifier = {
      verify: (token) => (token.split('.').length === 3 ? signed : introspection).verify(token),
    }
    const gate = createRemoteGate({ verifier, issuer: issuer.issuer })
    const good = await issuer.mint({ aud: RESOURCE, scope: SCOPE })
    expect(await gate.ask(good)).toEqual(ALLOWED)
    const [header, , signature] = good.split('.')
    const forged = [header, (await issuer.mint({ sub: 'admin' })).split('.')[1], signature].join(
      '.',
    )
    expect(await gate.ask(forged)).toEqual([401, 'auth.deny', 'sig'])
    const expired = await issuer.mint({ aud: RESOURCE, scope: SCOPE, exp: 1_000_000_000 })
    expect(await gate.ask(expired)).toEqual([401, 'auth.deny', 'exp'])
    expect(asked()).toBe(0)
    expect(await gate.ask('opaque-token-of-alice')).toEqual(ALLOWED)
    expect(asked()).toBe(1)
  })

  test('SEC-058 an answer about it names its issuer: one of another issuer is refused', async () => {
    const { verifier } = await startYesSayer()
    const gate = createRemoteGate({ verifier, issuer: 'https://partner.example.org' })
    expect(await gate.ask('header.payload.signature')).toEqual([401, 'auth.deny', 'iss'])
  })
})

describe('SEC-059 a verifier that cannot tell throws: it neither refuses nor accepts', () => {
  const unreachable = {
    ...CLIENT,
    introspectionEndpoint: 'http://127.0.0.1:1/introspect',
    issuer: ISSUER,
    allowInsecureLoopback: true,
  }
  const fail = (): never => {
    throw new Error('the database is down')
  }

  test.each<[string, TokenVerifier, string]>([
    ['introspectionVerifier', introspectionVerifier(unreachable), 'ERR_UPSTREAM_UNREACHABLE'],
    [
      'userinfoVerifier',
      userinfoVerifier({
        provider: 'generic',
        issuer: ISSUER,
        userinfoEndpoint: 'http://127.0.0.1:1/userinfo',
        audience: RESOURCE,
        provesAudience: () => true,
        allowInsecureLoopback: true,
      }),
      'ERR_UPSTREAM_UNREACHABLE',
    ],
    ['customVerifier, throwing', customVerifier(fail), 'ERR_UPSTREAM_VERIFIER'],
    ['customVerifier, rejecting', customVerifier(async () => fail()), 'ERR_UPSTREAM_VERIFIER'],
    [
      'customVerifier, throwing what is no error',
      customVerifier(() => {
        throw undefined
      }),
      'ERR_UPSTREAM_VERIFIER',
    ],
  ])('SEC-059 %s', async (_name, verifier, code) => {
    await expect(verifier.verify('token')).rejects.toSatisfy(() => true)
    const gate = createRemoteGate({ verifier, issuer: ISSUER })
    expect(await gate.ask('opaque-token-of-alice')).toEqual([503, 'dep.unavailable', code])
  })

  test('SEC-059 whoever tries them in turn stops there', async () => {
    const { verifier: second, asked } = await startYesSayer()
    const first = introspectionVerifier(unreachable)
    const inTurn: TokenVerifier = {
      async verify(token) {
        const outcome = await first.verify(token)
        return outcome.ok ? outcome : second.verify(token)
      },
    }
    const gate = createRemoteGate({ verifier: inTurn, issuer: ISSUER })
    expect((await gate.ask('opaque-token-of-alice'))[0]).toBe(503)
    expect(asked()).toBe(0)
  })
})
