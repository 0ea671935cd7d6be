import {
  type EmulatedGithub,
  type EmulatedGoogle,
  type EmulatedProvider,
  startGithub,
  startGoogle,
} from 'mcp-gatehouse/testing'
import { type UserinfoVerifierOptions, userinfoVerifier } from 'mcp-gatehouse/verifiers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startHostileServer } from './support/hostile-server.ts'
import {
  ALLOWED,
  createRemoteGate,
  RESOURCE,
  type RemoteGate,
  SCOPE,
} from './support/remote-gate.ts'

const GITHUB = 'https://github.com'
const GOOGLE = 'https://accounts.google.com'
const INACTIVE = [401, 'auth.deny', 'inactive']
const WRONG_AUDIENCE = [401, 'auth.deny', 'aud']
const BAD = [503, 'dep.unavailable', 'ERR_UPSTREAM_ANSWER_INVALID']

async function open<Provider extends EmulatedProvider>(
  starting: Promise<Provider>,
): Promise<Provider> {
  const provider = await starting
  onTestFinished(() => provider.close())
  return provider
}

function gateAt(options: UserinfoVerifierOptions, audience: string, scope: string): RemoteGate {
  const issuer = options.issuer ?? (options.provider === 'github' ? GITHUB : GOOGLE)
  const verifier = userinfoVerifier({ allowInsecureLoopback: true, ...options })
  return createRemoteGate({ verifier, issuer, audience, requiredScopes: [scope] })
}

function githubGate({ clientId, clientSecret, apiUrl }: EmulatedGithub): RemoteGate {
  const options = { provider: 'github', clientId, clientSecret, apiUrl } as const
  return gateAt(options, clientId, 'read:user')
}

function googleGate({ clientId, tokenInfoEndpoint }: EmulatedGoogle): RemoteGate {
  return gateAt({ provider: 'google', clientId, tokenInfoEndpoint }, clientId, 'email')
}

describe('GitHub', () => {
  test.each([false, true])(
    'a token of our app lets its user through (expiring: %s)',
    async (expires) => {
      const github = await open(startGithub({ expires }))
      const gate = githubGate(github)
      const token = await github.issueToken()
      expect(await gate.ask(token)).toEqual(ALLOWED)
      expect(gate.seen).toMatchObject([
        { issuer: GITHUB, subject: '583231', clientId: github.clientId },
      ])
      // Remembered: GitHub was asked once.
      expect(await gate.ask(token)).toEqual(ALLOWED)
      expect(github.requests).toEqual([`POST /applications/${github.clientId}/token`])
    },
  )

  test('scopes are those of the token', async () => {
    const github = await open(startGithub())
    const gate = githubGate(github)
    const token = await github.issueToken({ scope: 'gist' })
    expect(await gate.ask(token)).toEqual([403, 'auth.deny', 'scope'])
  })

  test('a token of somebody else’s app is refused, and one that nobody issued', async () => {
    const github = await open(startGithub())
    const gate = githubGate(github)
    expect(await gate.ask(await github.issueToken({ foreign: true }))).toEqual(INACTIVE)
    expect(await gate.ask('gho_guess')).toEqual(INACTIVE)
  })

  test('a wrong secret is 503', async () => {
    const github = await open(startGithub())
    const gate = githubGate({ ...github, clientSecret: 'wrong' })
    expect(await gate.ask(await github.issueToken())).toEqual([
      503,
      'dep.unavailable',
      'ERR_UPSTREAM_CLIENT_REFUSED',
    ])
  })

  const USER = { id: 1, login: 'alice' }
  const APP = { client_id: 'app' }
  test.each<[string, unknown, readonly unknown[]]>([
    ['another app', { app: { client_id: 'other' }, user: USER, scopes: [] }, WRONG_AUDIENCE],
    ['no client_id', { app: {}, user: USER, scopes: [] }, WRONG_AUDIENCE],
    ['no app', { user: USER, scopes: [] }, BAD],
    ['no user', { app: APP, user: null, scopes: [] }, BAD],
    ['no id', { app: APP, user: { login: 'alice' }, scopes: [] }, BAD],
    ['an expiry that is none', { app: APP, user: USER, expires_at: 'soon' }, BAD],
    [
      'an expiry that is past',
      { app: APP, user: USER, expires_at: '2020-01-01T00:00:00Z' },
      [401, 'auth.deny', 'exp'],
    ],
    ['a list', [], BAD],
    ['no scopes', { app: APP, user: USER, scopes: null }, [403, 'auth.deny', 'scope']],
  ])('an answer with %s', async (_what, body, outcome) => {
    const server = await startHostileServer((_request, response) => {
      response.end(JSON.stringify(body))
    })
    const options = { provider: 'github', clientId: 'app', clientSecret: 'b' } as const
    const gate = gateAt({ ...options, apiUrl: server.origin }, 'app', 'read:user')
    expect(await gate.ask('gho_token')).toEqual(outcome)
  })
})

describe('Google', () => {
  test('a token of our client lets its user through, and is in no URL', async () => {
    const google = await open(startGoogle())
    const gate = googleGate(google)
    expect(await gate.ask(await google.issueToken())).toEqual(ALLOWED)
    expect(gate.seen).toMatchObject([
      { issuer: GOOGLE, subject: '110169484474386276334', clientId: google.clientId },
    ])
    expect(google.requests).toEqual(['POST /tokeninfo'])
  })

  test('a token of somebody else’s client is refused, and one that nobody issued', async () => {
    const google = await open(startGoogle())
    const gate = googleGate(google)
    expect(await gate.ask(await google.issueToken({ foreign: true }))).toEqual(WRONG_AUDIENCE)
    expect(await gate.ask('ya29.guess')).toEqual(INACTIVE)
  })

  test('a token whose scopes say nothing of a user is refused: it has no subject', async () => {
    const google = await open(startGoogle())
    const token = await google.issueToken({ scope: 'email' })
    expect(await googleGate(google).ask(token)).toEqual([401, 'auth.deny', 'sub'])
  })

  const GOOD = { aud: 'us', azp: 'us', sub: '1', scope: 'email', exp: '4000000000' }
  test.each<[string, number, object, readonly unknown[]]>([
    ['everything', 200, GOOD, ALLOWED],
    ['no azp', 200, { ...GOOD, azp: undefined }, ALLOWED],
    ['another azp', 200, { ...GOOD, azp: 'them' }, WRONG_AUDIENCE],
    ['no aud, and ours as azp', 200, { ...GOOD, aud: undefined }, WRONG_AUDIENCE],
    ['an aud that is a list', 200, { ...GOOD, aud: ['us'] }, WRONG_AUDIENCE],
    ['no exp', 200, { ...GOOD, exp: undefined }, [401, 'auth.deny', 'exp']],
    ['an exp that is none', 200, { ...GOOD, exp: '1e12' }, [401, 'auth.deny', 'exp']],
    ['what an ID token has', 200, { ...GOOD, iss: GOOGLE }, [401, 'auth.deny', 'token_use']],
    ['no scope', 200, { ...GOOD, scope: undefined }, [401, 'auth.deny', 'token_use']],
    ['a list', 200, [], BAD],
    ['the older words', 400, { error_description: 'Invalid Value' }, INACTIVE],
    [
      'another error',
      400,
      { error: 'invalid_request' },
      [503, 'dep.unavailable', 'ERR_UPSTREAM_STATUS'],
    ],
    ['a limit', 429, {}, [503, 'dep.unavailable', 'ERR_UPSTREAM_STATUS']],
    ['403', 403, {}, [503, 'dep.unavailable', 'ERR_UPSTREAM_CLIENT_REFUSED']],
    ['an outage', 500, { error: 'invalid_token' }, [503, 'dep.unavailable', 'ERR_UPSTREAM_STATUS']],
  ])('an answer with %s', async (_what, status, body, outcome) => {
    const server = await startHostileServer((_request, response) => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
    })
    const options = { provider: 'google', clientId: 'us' } as const
    const gate = gateAt({ ...options, tokenInfoEndpoint: server.origin }, 'us', 'email')
    expect(await gate.ask('ya29.token')).toEqual(outcome)
  })
})

describe('any userinfo endpoint', () => {
  const ISSUER = 'https://id.example.com'
  const USER = { sub: 'alice', scope: SCOPE, aud: 'another', exp: 4_000_000_000, iss: 'another' }

  async function ask(
    {
      status = 200,
      headers = {},
      body = USER,
    }: { status?: number; headers?: object; body?: unknown },
    options: object = {},
  ): Promise<readonly unknown[]> {
    const server = await startHostileServer((_request, response) => {
      response.writeHead(status, { ...headers }).end(JSON.stringify(body))
    })
    const verifier = userinfoVerifier({
      provider: 'generic',
      issuer: ISSUER,
      userinfoEndpoint: `${server.origin}/userinfo`,
      audience: RESOURCE,
      provesAudience: () => true,
      allowInsecureLoopback: true,
      ...options,
    })
    return createRemoteGate({ verifier, issuer: ISSUER }).ask('opaque-token')
  }

  test('a token that is proven to be for us lets its user through', async () => {
    const seen: unknown[] = []
    const provesAudience = async (...facts: readonly unknown[]): Promise<boolean> => {
      seen.push(...facts)
      return true
    }
    expect(await ask({}, { provesAudience })).toEqual(ALLOWED)
    expect(seen).toEqual([USER, 'opaque-token'])
  })

  test.each([false, undefined, null, 1, 'true', {}])(
    'anything but true refuses it: %j',
    async (proof) => {
      expect(await ask({}, { provesAudience: () => proof })).toEqual(WRONG_AUDIENCE)
      expect(await ask({}, { provesAudience: async () => proof })).toEqual(WRONG_AUDIENCE)
    },
  )

  test('SEC-059 a proof that fails is 503', async () => {
    const provesAudience = (): never => {
      throw new Error('the database is down')
    }
    const failed = [503, 'dep.unavailable', 'ERR_UPSTREAM_VERIFIER']
    expect(await ask({}, { provesAudience })).toEqual(failed)
  })

  const INSUFFICIENT = { 'WWW-Authenticate': 'Bearer error="insufficient_scope", scope="openid"' }
  test.each<[string, object, readonly unknown[]]>([
    ['401', { status: 401 }, INACTIVE],
    ['403 for a token without openid', { status: 403, headers: INSUFFICIENT }, INACTIVE],
    ['403', { status: 403 }, [503, 'dep.unavailable', 'ERR_UPSTREAM_CLIENT_REFUSED']],
    ['404', { status: 404 }, [503, 'dep.unavailable', 'ERR_UPSTREAM_STATUS']],
    [
      '302',
      { status: 302, headers: { Location: '/login' } },
      [503, 'dep.unavailable', 'ERR_UPSTREAM_REDIRECT'],
    ],
    ['no sub', { body: { name: 'Alice' } }, BAD],
    ['an empty sub', { body: { sub: '' } }, BAD],
    ['text', { body: 'alice' }, BAD],
  ])('an answer with %s', async (_what, answer, outcome) => {
    expect(await ask(answer)).toEqual(outcome)
  })

  test('the subject may be another claim, and a whole number', async () => {
    const body = { id: 7, scope: SCOPE }
    expect(await ask({ body }, { subjectClaim: 'id' })).toEqual(ALLOWED)
    expect(await ask({ body: { id: 1.5 } }, { subjectClaim: 'id' })).toEqual(BAD)
  })
})

describe('userinfoVerifier refuses at its creation', () => {
  const GENERIC = {
    provider: 'generic',
    issuer: 'https://id.example.com',
    userinfoEndpoint: 'https://id.example.com/userinfo',
    audience: RESOURCE,
    provesAudience: () => true,
  }
  const APP = { clientId: 'a', clientSecret: 'b' }

  test.each<[string, object, string]>([
    [
      'no proof of the audience',
      { ...GENERIC, provesAudience: undefined },
      'ERR_CONFIG_AUDIENCE_UNPROVEN',
    ],
    [
      'a proof that is no function',
      { ...GENERIC, provesAudience: true },
      'ERR_CONFIG_AUDIENCE_UNPROVEN',
    ],
    ['no audience', { ...GENERIC, audience: '' }, 'ERR_CONFIG_NOT_A_STRING'],
    [
      'an endpoint over http',
      { ...GENERIC, userinfoEndpoint: 'http://a/b' },
      'ERR_CONFIG_NOT_HTTPS',
    ],
    ['no endpoint', { ...GENERIC, userinfoEndpoint: undefined }, 'ERR_CONFIG_NOT_A_STRING'],
    ['a lifetime of 59 s', { ...GENERIC, lifetimeSeconds: 59 }, 'ERR_CONFIG_NUMBER_RANGE'],
    ['a provider that is none', { provider: 'toString', ...APP }, 'ERR_CONFIG_OPTION_TYPE'],
    ['no provider', APP, 'ERR_CONFIG_OPTION_TYPE'],
    ['no options', undefined as unknown as object, 'ERR_CONFIG_OPTION_TYPE'],
    ['GitHub without its secret', { provider: 'github', clientId: 'a' }, 'ERR_CONFIG_NOT_A_STRING'],
    [
      'GitHub over http',
      { provider: 'github', ...APP, apiUrl: 'http://a' },
      'ERR_CONFIG_NOT_HTTPS',
    ],
    ['an option of another provider', { provider: 'google', ...APP }, 'ERR_CONFIG_OPTION_UNKNOWN'],
  ])('%s', (_what, options, code) => {
    expect(() => userinfoVerifier(options as UserinfoVerifierOptions)).toThrow(
      expect.objectContaining({ code }) as Error,
    )
  })
})
