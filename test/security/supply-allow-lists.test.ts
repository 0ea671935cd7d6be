import {
  ConfigError,
  createResourceServer,
  definePolicy,
  type ResourceServerOptions,
  type TokenVerifier,
} from 'mcp-gatehouse'
import { jwtVerifier } from 'mcp-gatehouse/verifiers'
import { describe, expect, test } from 'vitest'
import * as fc from '../fuzz/fast-check.ts'

const ISSUER = 'https://id.example.com'
const RESOURCE = 'https://mcp.example.com/mcp'
const NOW = Math.floor(Date.now() / 1_000)

/** Believes the claims that it is given as a token: what is tested is what is asked of them. */
const verifier: TokenVerifier = {
  verify: async (token) => {
    const claims = JSON.parse(Buffer.from(token, 'base64url').toString()) as Record<string, unknown>
    return { ok: true, value: { issuer: ISSUER, claims, type: 'at+jwt', cacheUntil: 0 } }
  },
}
const good = {
  iss: ISSUER,
  sub: 'alice',
  aud: RESOURCE,
  client_id: 'client',
  scope: 'read',
  iat: NOW,
  exp: NOW + 600,
}

interface Attempt {
  /** Claims beside {@link good}. */
  readonly claims?: object
  readonly token?: boolean
  readonly headers?: Readonly<Record<string, string>>
}

/** Whether a request reaches the handler of a server with these options. */
async function isAdmitted(options: object, attempt: Attempt): Promise<boolean> {
  const all = { resource: RESOURCE, authorizationServers: [ISSUER], verifier, ...options }
  const gatehouse = createResourceServer(all as ResourceServerOptions)
  const admission = await gatehouse.authenticate(buildRequest(attempt))
  return !(admission instanceof Response)
}

function buildRequest({ claims = {}, token = true, headers = {} }: Attempt): Request {
  const bearer = Buffer.from(JSON.stringify({ ...good, ...claims })).toString('base64url')
  return new Request(RESOURCE, {
    method: 'POST',
    headers: {
      host: 'mcp.example.com',
      'content-type': 'application/json',
      'mcp-protocol-version': '2025-11-25',
      ...(token && { authorization: `Bearer ${bearer}` }),
      ...headers,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'delete_all' },
    }),
  })
}

/** One list of what is allowed. */
interface AllowList {
  /** Tries what only a list that allows everything would let pass. */
  readonly allows: (value: unknown) => boolean | Promise<boolean>
  /** A value with which it does pass, so that the attempt is known to be a good one. */
  readonly allowing: unknown
}

const inRule = (field: string, allowing: unknown): AllowList => ({
  allowing,
  allows: (value) =>
    isAdmitted(
      { policy: { tools: { delete_all: { [field]: value } } } },
      { claims: { tid: 'a', roles: ['admin'], acr: 'gold', scope: 'read' } },
    ),
})

const LISTS: Readonly<Record<string, AllowList>> = {
  authorizationServers: {
    allowing: [ISSUER],
    allows: (value) => isAdmitted({ authorizationServers: value }, {}),
  },
  audience: {
    allowing: ['https://other.example.com'],
    allows: (value) =>
      isAdmitted({ audience: value }, { claims: { aud: 'https://other.example.com' } }),
  },
  'audience of an authorization server': {
    allowing: ['https://other.example.com'],
    allows: (value) =>
      isAdmitted(
        { authorizationServers: [{ issuer: ISSUER, audience: value }] },
        { claims: { aud: 'https://other.example.com' } },
      ),
  },
  otherAudiences: {
    allowing: ['account'],
    allows: (value) =>
      isAdmitted(
        {
          singleAudience: true,
          authorizationServers: [{ issuer: ISSUER, otherAudiences: value }],
        },
        { claims: { aud: [RESOURCE, 'account'] } },
      ),
  },
  clientsWithoutAudience: {
    allowing: ['pool-client'],
    allows: (value) =>
      isAdmitted(
        { authorizationServers: [{ issuer: ISSUER, clientsWithoutAudience: value }] },
        { claims: { aud: undefined, client_id: 'pool-client' } },
      ),
  },
  algorithms: {
    allowing: ['ES256'],
    allows: (value) => {
      const servers = [{ issuer: ISSUER, algorithms: value }]
      return isAdmitted({ authorizationServers: servers }, {})
    },
  },
  'algorithms of jwtVerifier': {
    allowing: ['ES256'],
    allows: (value) => jwtVerifier({ issuer: ISSUER, algorithms: value as string[] }) !== undefined,
  },
  allowedOrigins: {
    allowing: ['https://app.example.com'],
    allows: (value) =>
      isAdmitted({ allowedOrigins: value }, { headers: { origin: 'https://app.example.com' } }),
  },
  allowedHosts: {
    allowing: ['mcp.example.com'],
    allows: (value) => isAdmitted({ allowedHosts: value }, {}),
  },
  publicPaths: {
    allowing: ['/mcp'],
    allows: async (value) => {
      const server = createResourceServer({ resource: RESOURCE, authorizationServers: [ISSUER] })
      const publicPaths = value as string[]
      const handle = server.protectFetch(async () => new Response('handled'), { publicPaths })
      return (await (await handle(buildRequest({ token: false }))).text()) === 'handled'
    },
  },
  'tools of a policy': {
    allowing: { delete_all: 'read' },
    allows: (value) => isAdmitted({ policy: { tools: value } }, {}),
  },
  policy: {
    allowing: definePolicy({ tools: { delete_all: 'read' } }),
    allows: (value) => isAdmitted({ policy: value }, {}),
  },
  'scopes of a rule': inRule('scopes', ['read']),
  'anyScope of a rule': inRule('anyScope', ['read']),
  'tenants of a rule': inRule('tenants', ['a']),
  'roles of a rule': inRule('roles', ['admin']),
  'claims of a rule': inRule('claims', { tid: 'a' }),
  'one claim of a rule': {
    allowing: ['a'],
    allows: (value) =>
      isAdmitted(
        { policy: { tools: { delete_all: { claims: { tid: value } } } } },
        { claims: { tid: 'a' } },
      ),
  },
  'acrValues of a rule': inRule('acrValues', ['gold']),
}

const blank = fc.constantFrom('', ' ', '\t', undefined, null)
const nothing = fc.oneof(
  fc.constantFrom<unknown[]>([], '', undefined, null, {}, false, 0, Number.NaN),
  blank,
  fc.array(blank, { maxLength: 3 }),
  // What is made of a variable that is set to nothing, or to a comma.
  fc.constantFrom('', ',', ' , ').map((text) => text.split(',')),
)

describe('SEC-396 an empty list allows nothing, or is refused at creation:', () => {
  test.each(Object.entries(LISTS))('%s', async (_name, { allows, allowing }) => {
    expect(await allows(allowing)).toBe(true)
    await fc.assert(
      fc.asyncProperty(nothing, async (value) => {
        expect([value, await outcomeOf(() => allows(value))]).toEqual([value, false])
      }),
      { numRuns: 60, examples: [[[]], [''], [undefined], [null], [['']]] },
    )
  })

  test.each(Object.entries(LISTS))('%s, from a variable that is not set', async (_name, list) => {
    const environment: Readonly<Record<string, string | undefined>> = { EMPTY: '' }
    for (const name of ['UNSET', 'EMPTY']) {
      const text = environment[name]
      for (const value of [text, text?.split(','), [text], text?.split(',').filter(Boolean)]) {
        expect([name, value, await outcomeOf(() => list.allows(value))]).toEqual([
          name,
          value,
          false,
        ])
      }
    }
  })
})

describe('SEC-396 a list of what is needed may be empty only where it is written so:', () => {
  const admits = (options: object): Promise<boolean> => isAdmitted(options, {})

  test('requiredScopes', async () => {
    expect(await admits({ requiredScopes: [] })).toBe(true)
    for (const value of [undefined, null, '', [''], [undefined]]) {
      expect(await outcomeOf(() => admits({ requiredScopes: value }))).toBe(false)
    }
  })

  test('the rule of a tool', async () => {
    expect(await admits({ policy: { tools: { delete_all: [] } } })).toBe(true)
    for (const value of [undefined, null, '', [''], [undefined], {}]) {
      const policy = { tools: { delete_all: value } }
      expect([value, await outcomeOf(() => admits({ policy }))]).toEqual([value, false])
    }
  })
})

/** What it answers; `false` where it is refused at creation, and only with a `ConfigError`. */
async function outcomeOf(attempt: () => boolean | Promise<boolean>): Promise<unknown> {
  try {
    return await attempt()
  } catch (error) {
    return error instanceof ConfigError ? false : error
  }
}
