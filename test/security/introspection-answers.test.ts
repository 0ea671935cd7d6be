import { base64url } from 'jose'
import type { AuditEvent, TokenVerifier } from 'mcp-gatehouse'
import type { CannedAnswer, TokenIssuer } from 'mcp-gatehouse/testing'
import { introspectionVerifier } from 'mcp-gatehouse/verifiers'
import { describe, expect, test } from 'vitest'
import {
  ALLOWED,
  CLIENT,
  createRemoteGate,
  expectNoToken,
  goodAnswer,
  type Outcome,
  startIntrospectedIssuer,
} from './support/remote-gate.ts'

const TOKEN = 'opaque-token-of-alice'

interface World {
  readonly issuer: TokenIssuer
  readonly told: AuditEvent[]
  readonly verifier: TokenVerifier
  /** What a request is answered where the endpoint answers this. */
  readonly ask: (answer: CannedAnswer | object) => Promise<Outcome>
}

async function startWorld(options: { readonly signingAlgorithm?: string } = {}): Promise<World> {
  const issuer = await startIntrospectedIssuer()
  const told: AuditEvent[] = []
  const verifier = introspectionVerifier({
    ...CLIENT,
    issuer: issuer.issuer,
    allowInsecureLoopback: true,
    negativeCacheSeconds: 0,
    cacheSeconds: 0,
    onEvent: (event) => void told.push(event),
    ...options,
  })
  const gate = createRemoteGate({ verifier, issuer: issuer.issuer })
  return {
    issuer,
    told,
    verifier,
    async ask(answer) {
      const canned = 'body' in answer ? answer : { body: JSON.stringify(answer) }
      issuer.respond('/introspect', canned)
      const outcome = await gate.ask(TOKEN)
      expectNoToken(told, TOKEN)
      return outcome
    },
  }
}

const BAD: Outcome = [503, 'dep.unavailable', 'ERR_UPSTREAM_ANSWER_INVALID']

test('an answer with everything lets the request through', async () => {
  const { issuer, told, ask } = await startWorld()
  expect(await ask(goodAnswer(issuer.issuer))).toEqual(ALLOWED)
  expect(told).toEqual([])
})

describe('SEC-051 an answer that is not active is a refusal, one that cannot be read is 503:', () => {
  test('SEC-051 active: false', async () => {
    const { issuer, told, ask } = await startWorld()
    const refused = [401, 'auth.deny', 'inactive']
    expect(await ask({ active: false })).toEqual(refused)
    expect(await ask(goodAnswer(issuer.issuer, { active: false }))).toEqual(refused)
    expect(told).toEqual([])
  })

  test.each<[string, CannedAnswer | object]>([
    ['active: "true"', { active: 'true' }],
    ['active: 1', { active: 1 }],
    ['active: null', { active: null }],
    ['active absent', {}],
    ['a list', { body: '[{"active":true}]' }],
    ['true', { body: 'true' }],
    ['null', { body: 'null' }],
    ['no body', { body: '' }],
    ['half of it', { body: '{"active":' }],
    ['HTML', { headers: { 'Content-Type': 'text/html' }, body: '<title>Sign in</title>' }],
    ['a form', { headers: { 'Content-Type': 'text/plain' }, body: 'active=true' }],
  ])('SEC-051 %s', async (_what, answer) => {
    const { issuer, told, ask } = await startWorld()
    const changed =
      'body' in answer ? answer : { ...goodAnswer(issuer.issuer), active: undefined, ...answer }
    expect(await ask(changed)).toEqual(BAD)
    expect(told).toMatchObject([{ type: 'introspect.bad_response', issuer: issuer.issuer }])
  })

  test('SEC-051 active on Object.prototype is none of the answer', async () => {
    const { issuer, ask } = await startWorld()
    const { active: _active, ...rest } = goodAnswer(issuer.issuer)
    Reflect.defineProperty(Object.prototype, 'active', { value: true, configurable: true })
    try {
      expect((await ask(rest))[0]).not.toBe(200)
    } finally {
      Reflect.deleteProperty(Object.prototype, 'active')
    }
  })
})

describe('SEC-052 active, and a field is absent or wrong: an absent field never counts as a match', () => {
  test.each<[string, object, string]>([
    ['iss absent', { iss: undefined }, 'iss'],
    ['iss of another', { iss: 'https://other.example.com' }, 'iss'],
    ['iss with a slash', { iss: 'slash' }, 'iss'],
    ['iss in a list', { iss: 'list' }, 'iss'],
    ['aud absent', { aud: undefined }, 'aud'],
    ['aud null', { aud: null }, 'aud'],
    ['aud empty', { aud: [] }, 'aud'],
    ['aud of another', { aud: 'https://other.example.com/mcp' }, 'aud'],
    ['aud our client id', { aud: CLIENT.clientId }, 'aud'],
    ['exp absent', { exp: undefined }, 'exp'],
    ['exp as text', { exp: '4000000000' }, 'exp'],
    ['exp past', { exp: 1_000_000_000 }, 'exp'],
    ['nbf to come', { nbf: 4_000_000_000 }, 'nbf'],
    ['sub and client_id absent', { sub: undefined, client_id: undefined }, 'sub'],
    ['bound to a key', { cnf: { jkt: 'a' } }, 'binding'],
  ])('SEC-052 %s', async (_what, changes, reason) => {
    const { issuer, ask } = await startWorld()
    const answer = goodAnswer(issuer.issuer, changes)
    if (answer['iss'] === 'slash') answer['iss'] = `${issuer.issuer}/`
    if (answer['iss'] === 'list') answer['iss'] = [issuer.issuer]
    expect(await ask(answer)).toEqual([401, 'auth.deny', reason])
  })

  test('SEC-052 scope absent is no scope at all', async () => {
    const { issuer, ask } = await startWorld()
    expect(await ask(goodAnswer(issuer.issuer, { scope: undefined }))).toEqual([
      403,
      'auth.deny',
      'scope',
    ])
  })
})

describe('SEC-061 a token that is no access token by the word of its issuer is refused:', () => {
  test.each<[string, object, string]>([
    ['token_use: id', { token_use: 'id' }, 'token_use'],
    ['token_use: refresh', { token_use: 'refresh' }, 'token_use'],
    ['token_use: refresh_token', { token_use: 'refresh_token' }, 'token_use'],
    ['token_use: null', { token_use: null }, 'token_use'],
    ['token_type: refresh_token', { token_type: 'refresh_token' }, 'token_use'],
    ['token_type: id_token', { token_type: 'id_token' }, 'token_use'],
    ['token_type: N_A', { token_type: 'N_A' }, 'token_use'],
    ['token_type: a list', { token_type: ['Bearer'] }, 'token_use'],
    ['typ: Refresh', { typ: 'Refresh' }, 'typ'],
    ['DPoP without its key', { token_type: 'DPoP' }, 'binding'],
  ])('SEC-061 %s', async (_what, changes, reason) => {
    const { issuer, ask } = await startWorld()
    expect(await ask(goodAnswer(issuer.issuer, changes))).toEqual([401, 'auth.deny', reason])
  })

  test.each([
    { token_type: 'bearer' },
    { token_type: undefined },
    { token_use: 'access' },
    { token_use: 'access_token' },
    { typ: 'Bearer' },
  ])('and an access token goes on: %o', async (changes) => {
    const { issuer, ask } = await startWorld()
    expect(await ask(goodAnswer(issuer.issuer, changes))).toEqual(ALLOWED)
  })
})

describe('an answer that is signed (RFC 9701)', () => {
  const TYPE = 'application/token-introspection+jwt'
  const signed = (body: string): CannedAnswer => ({ headers: { 'Content-Type': TYPE }, body })

  async function answerOf(
    { issuer }: World,
    claims: object = {},
    header: object = {},
    signer = issuer,
  ): Promise<CannedAnswer> {
    const token_introspection = goodAnswer(issuer.issuer)
    const all = {
      iss: issuer.issuer,
      aud: CLIENT.clientId,
      token_introspection,
      exp: undefined,
      sub: undefined,
    }
    return signed(
      await signer.mint(
        { ...all, ...claims },
        { header: { typ: 'token-introspection+jwt', ...header } },
      ),
    )
  }

  test('is accepted when it is the issuer’s and for us', async () => {
    const world = await startWorld({ signingAlgorithm: 'ES256' })
    expect(await world.ask(await answerOf(world))).toEqual(ALLOWED)
    const accept = world.issuer.requests.find(({ path }) => path === '/introspect')?.headers.accept
    expect(accept).toBe(TYPE)
  })

  test('says inactive too', async () => {
    const world = await startWorld({ signingAlgorithm: 'ES256' })
    const answer = await answerOf(world, { token_introspection: { active: false } })
    expect(await world.ask(answer)).toEqual([401, 'auth.deny', 'inactive'])
  })

  test.each<[string, object, object]>([
    ['another typ', {}, { typ: 'JWT' }],
    ['the typ of an access token', {}, { typ: 'at+jwt' }],
    ['another iss', { iss: 'https://other.example.com' }, {}],
    ['no iss', { iss: undefined }, {}],
    ['another aud', { aud: 'other-client' }, {}],
    ['no aud', { aud: undefined }, {}],
    ['no token_introspection', { token_introspection: undefined }, {}],
    ['token_introspection as text', { token_introspection: '{"active":true}' }, {}],
    ['active beside it', { token_introspection: {}, active: true }, {}],
    ['an exp that is past', { exp: 1_000_000_000 }, {}],
    ['an unknown key', {}, { kid: 'other' }],
  ])('is 503 with %s', async (_what, claims, header) => {
    const world = await startWorld({ signingAlgorithm: 'ES256' })
    expect(await world.ask(await answerOf(world, claims, header))).toEqual(BAD)
    expect(world.told).toMatchObject([{ type: 'introspect.bad_response' }])
  })

  test('is 503 with the signature of somebody else, asked for or not', async () => {
    const forger = await startIntrospectedIssuer()
    for (const options of [{ signingAlgorithm: 'ES256' }, {}]) {
      const world = await startWorld(options)
      world.issuer.metadata['introspection_signing_alg_values_supported'] = ['ES256']
      const kid = world.issuer.jwks.keys[0]?.kid ?? ''
      expect(await world.ask(await answerOf(world, {}, { kid }, forger))).toEqual(BAD)
      expect(await world.ask(await answerOf(world))).toEqual(ALLOWED)
    }
  })

  test('cannot be replaced by one that is not', async () => {
    const world = await startWorld({ signingAlgorithm: 'ES256' })
    const answer = goodAnswer(world.issuer.issuer)
    expect(await world.ask(answer)).toEqual(BAD)
    expect(await world.ask(signed(JSON.stringify(answer)))).toEqual(BAD)
    const { body } = await answerOf(world)
    const [, payload] = String(body).split('.')
    const header = base64url.encode('{"alg":"none","typ":"token-introspection+jwt"}')
    expect(await world.ask(signed(`${header}.${payload}.`))).toEqual(BAD)
  })
})
