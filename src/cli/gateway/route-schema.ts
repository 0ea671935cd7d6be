import type * as zod from 'zod'
import { exchangeSchema } from './connection-schema.ts'
import type { Fields } from './file-schema.ts'
import { dpopSchema, tenantSchema, verifierSchema } from './verifier-schema.ts'

type Zod = typeof zod

/** What stands in a route, or beside all of them. */
export function routeFields(z: Zod): Fields {
  const strings = z.array(z.string())
  const whole = (minimum: number, maximum: number, of: string): zod.ZodType =>
    z.int().min(minimum).max(maximum).describe(`${minimum} to ${maximum} ${of}`).optional()
  const flag = (does: string): zod.ZodType => z.boolean().describe(`true to ${does}`).optional()
  const list = (of: string): zod.ZodType => strings.describe(`a list of ${of}`).optional()
  return {
    authorizationServers: z
      .array(z.union([z.string(), authorizationServer(z)]))
      .describe('issuers whose tokens are accepted, such as - https://id.example.com')
      .optional(),
    audience: z.union([z.string(), strings]).describe('further accepted values of aud').optional(),
    singleAudience: flag('refuse tokens that name another audience too'),
    requiredScopes: list('scopes that every request needs'),
    requiredClaims: list('claims that every token needs'),
    challengeScopes: list(
      'scopes that a client is told to ask for first; requiredScopes by default',
    ),
    scopesSupported: list('scopes in the metadata; requiredScopes by default'),
    requireSubject: flag('refuse clients that act for themselves, without a user'),
    leewaySeconds: whole(0, 300, 'seconds that clocks may differ; 30 by default'),
    maxTokenLifetimeSeconds: whole(
      1,
      2_147_483_647,
      'seconds between iat and exp of a token; any by default',
    ),
    maxTokenAgeSeconds: whole(1, 2_147_483_647, 'seconds since iat of a token; any by default'),
    allowedOrigins: strings
      .describe('origins of web pages, such as https://app.example.com')
      .optional(),
    allowedHosts: strings.describe('names of the Host field').optional(),
    allowInsecureLoopback: flag('let URLs of this machine be http, for development'),
    tokenCacheSize: whole(0, 1_000_000, 'verified tokens that are remembered; 10000 by default'),
    maxBodyBytes: whole(1_024, 67_108_864, 'bytes of a request; 1048576 by default'),
    maxAnswerBytes: whole(
      1_024,
      268_435_456,
      'bytes of a list or of a message of a stream; 16777216 by default',
    ),
    maxCallSeconds: whole(
      0,
      86_400,
      'seconds that a running call may outlive its token; 3600 by default',
    ),
    maxStreamsPerPrincipal: whole(
      1,
      10_000,
      'streams of events of one caller at once; 64 by default',
    ),
    identity: identity(z),
    requestHeaders: strings.describe('further fields that go to the upstream').optional(),
    responseHeaders: strings.describe('further fields that go to the client').optional(),
    policy: policy(z),
    limits: limits(z),
    verifier: verifierSchema(z),
    dpop: dpopSchema(z),
    tenant: tenantSchema(z),
  }
}

function authorizationServer(z: Zod): zod.ZodType {
  const strings = z.array(z.string())
  return z.strictObject({
    issuer: z.string().describe('the issuer identifier, as its metadata states it'),
    tokenIssuer: z
      .string()
      .describe('what iss of its tokens says, where that is another')
      .optional(),
    metadataUrl: z.string().describe('the URL of its metadata').optional(),
    jwksUri: z.string().describe('the URL of its keys').optional(),
    secret: z
      .string()
      .describe('a shared secret, as file:/run/secrets/… or ${VARIABLE}')
      .optional(),
    algorithms: strings.describe('signature algorithms, such as [ES256]').optional(),
    requireAtJwt: z.boolean().describe('true to refuse tokens whose typ is not at+jwt').optional(),
    allowKeyTrial: z
      .boolean()
      .describe('true to try several keys for a token that names none')
      .optional(),
    audience: z.union([z.string(), strings]).describe('further accepted values of aud').optional(),
    clientsWithoutAudience: strings.describe('client ids').optional(),
    otherAudiences: strings.describe('values of aud beside ours').optional(),
  })
}

function identity(z: Zod): zod.ZodType {
  return z
    .union([
      z.enum(['assertion', 'none']),
      z.strictObject({
        header: z
          .string()
          .describe('the field that carries it; authorization by default')
          .optional(),
        audience: z
          .string()
          .describe('aud of the assertion; the URL of the upstream by default')
          .optional(),
        lifetimeSeconds: z
          .int()
          .min(5)
          .max(60)
          .describe('5 to 60 seconds that it is good for; 30 by default')
          .optional(),
        claims: z.array(z.string()).describe('claims that are told').optional(),
        exchange: exchangeSchema(z).optional(),
      }),
    ])
    .describe('assertion, none, or an object such as { header: x-gatehouse-assertion }')
    .optional()
}

/** What one operation needs. */
function requirement(z: Zod): zod.ZodType {
  const strings = z.array(z.string())
  const value = z.union([z.string(), z.number(), z.boolean()])
  return z.strictObject({
    scopes: z
      .union([z.string(), strings])
      .describe('a scope, or several that are all needed')
      .optional(),
    anyScope: strings.describe('scopes of which one is needed').optional(),
    roles: strings.describe('roles of which one is needed').optional(),
    permissions: strings.describe('permissions that are all needed').optional(),
    claims: z
      .record(z.string(), z.union([value, z.array(value)]))
      .describe('claims and the values that they must have, such as department: sales')
      .optional(),
    tenants: strings.describe('tenants of which it must be one').optional(),
    allowClients: z
      .boolean()
      .describe('false to refuse clients that act for themselves')
      .optional(),
    acrValues: strings.describe('values of acr of which one is needed').optional(),
    maxAgeSeconds: z
      .int()
      .min(1)
      .describe('seconds since the user has signed in, at least 1')
      .optional(),
  })
}

function policy(z: Zod): zod.ZodType {
  const strings = z.array(z.string())
  const rule = z
    .union([z.string(), strings, requirement(z)])
    .describe('a scope, a list of scopes, or an object such as { roles: [admin] }')
  const rules = z.record(z.string(), rule).describe('names and what they need').optional()
  return z
    .strictObject({
      scopes: strings
        .describe('all scopes there are: another one in a rule is a mistake')
        .optional(),
      toolNames: strings
        .describe('all tools there are: another one in tools is a mistake')
        .optional(),
      implies: z
        .record(z.string(), strings)
        .describe('scopes and what they include, such as notes:write: [notes:read]')
        .optional(),
      tools: rules,
      resources: rules,
      prompts: rules,
      methods: rules,
      unlisted: z.enum(['deny', 'authenticated']).describe('deny by default').optional(),
      lists: z.enum(['usable', 'obtainable']).describe('usable by default').optional(),
    })
    .describe('what a caller may do, such as { tools: { list_notes: notes:read } }')
    .optional()
}

function limits(z: Zod): zod.ZodType {
  const rate = z
    .union([
      z.string().regex(/^\d{1,10}\/(?:second|minute|hour|day)$/),
      z.strictObject({
        limit: z.int().min(1).max(1_000_000_000).describe('how often, 1 to 1000000000'),
        windowSeconds: z.int().min(1).max(86_400).describe('in how many seconds, 1 to 86400'),
      }),
    ])
    .describe('a rate, such as 600/minute')
    .optional()
  const store = z.union([
    z.enum(['memory']),
    z.strictObject({
      redis: z.string().describe('the URL of Redis, such as ${REDIS_URL}'),
      prefix: z
        .string()
        .describe('what keys begin with; mcp-gatehouse:limits by default')
        .optional(),
    }),
    z.strictObject({
      postgres: z.string().describe('the URL of PostgreSQL, such as ${DATABASE_URL}'),
      table: z.string().describe('the table; mcp_gatehouse_limits by default').optional(),
    }),
  ])
  return z
    .strictObject({
      store: store.describe('memory, { redis: URL } or { postgres: URL }').optional(),
      perAddress: rate,
      failuresPerAddress: rate,
      perPrincipal: rate,
      perClient: rate,
      tools: z
        .record(z.string(), z.strictObject({ perPrincipal: rate, overall: rate }))
        .describe('names of tools and their limits, such as { perPrincipal: 10/minute }')
        .optional(),
      concurrentPerPrincipal: z
        .int()
        .min(1)
        .max(10_000)
        .describe('1 to 10000 requests of one caller at once, in this process')
        .optional(),
      outagePercent: z
        .int()
        .min(1)
        .max(100)
        .describe(
          '1 to 100 percent of each limit, while the store cannot be reached; 25 by default',
        )
        .optional(),
    })
    .describe('how much callers may ask for, such as { perPrincipal: 120/minute }')
    .optional()
}
