import { createServer } from 'node:http'
import { decodeJwt } from 'jose'
import { expect, onTestFinished, test } from 'vitest'
import { createClientSource, createTokenExchange } from '../../src/oauth-client/index.ts'
import { systemClock } from '../../src/runtime/index.ts'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { signIn } from './sign-in.ts'
import { READ, SECRET, startGrants } from './world.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

const sourceOf = (issuer: string, tokenEndpoint?: string) =>
  createClientSource(
    {
      kind: 'oauth',
      issuer,
      clientId: 'gateway',
      clientSecret: SECRET,
      clientSecretMethod: 'client_secret_post',
      privateKey: undefined,
      endpoints: {
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: tokenEndpoint ?? `${issuer}/token`,
      },
      userInfo: false,
      allowInsecureLoopback: true,
      fetch: (input, init) => fetch(input, init),
    },
    { clock: systemClock, emit: () => undefined },
  )

test('the token of a user is exchanged at an authorization server, by RFC 8693', async () => {
  const world = await startGrants(({ resource, otherResource }) => ({
    clients: [
      {
        clientId: 'gateway',
        clientSecret: SECRET,
        authMethod: 'client_secret_post',
        grantTypes: [EXCHANGE],
        subjectTokenAudiences: [resource],
        scopes: { [otherResource]: [READ] },
      },
    ],
  }))
  const exchange = createTokenExchange(sourceOf(world.issuer))
  const subjectToken = String((await signIn(world))['access_token'])
  const resource = world.otherResource
  const outcome = await exchange({ subjectToken, resource, scopes: [READ] })
  expect(outcome).toMatchObject({ ok: true, value: { scopes: [READ] } })
  const { accessToken = '' } = outcome.ok ? outcome.value : {}
  expect(decodeJwt(accessToken)).toMatchObject({ aud: resource, act: { sub: 'gateway' } })
  expect((await world.whoami(accessToken, resource)).status).toBe(200)
  // RFC 8693 §2.2.2 has no other error for a token that is not taken.
  expect(await exchange({ subjectToken: 'gone', resource })).toEqual({
    ok: false,
    failure: { kind: 'misconfigured', error: 'invalid_request' },
  })
})

test('at Entra ID it is on behalf of: jwt-bearer, and the scopes name the API', async () => {
  const bodies: string[] = []
  const http = createServer((req, res) => {
    req.setEncoding('utf8')
    let body = ''
    req.on('data', (part: string) => {
      body += part
    })
    req.on('end', () => {
      bodies.push(body)
      res.setHeader('content-type', 'application/json')
      res.end(JSON.stringify({ access_token: 'a', token_type: 'Bearer', expires_in: 60 }))
    })
  })
  const issuer = `http://127.0.0.1:${await listen(http, 0, '127.0.0.1')}`
  onTestFinished(() => close(http))
  const exchange = createTokenExchange(sourceOf(issuer), 'on-behalf-of')
  const scopes = ['https://graph.microsoft.com/.default']
  expect(await exchange({ subjectToken: 'the token', scopes })).toMatchObject({
    ok: true,
    value: { accessToken: 'a', scopes, expiresInSeconds: 60 },
  })
  expect(Object.fromEntries(new URLSearchParams(bodies[0]))).toMatchObject({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: 'the token',
    requested_token_use: 'on_behalf_of',
    scope: scopes[0],
  })
})
