import type * as zod from 'zod'
import { services } from '../../providers/index.ts'
import { clientFields, keysField } from './secret-schema.ts'

type Zod = typeof zod

/** What of this gateway outlives it, and what replicas share. */
export function storageSchema(z: Zod): zod.ZodType {
  return z
    .strictObject({
      url: z
        .string()
        .regex(/^(?:memory:$|sqlite:.|rediss?:\/\/|postgres(?:ql)?:\/\/)/)
        .describe(
          'sqlite:gatehouse.db, or the URL of PostgreSQL or Redis, such as ${DATABASE_URL}',
        ),
      keys: keysField(z, 'storage').optional(),
    })
    .describe('url and keys of the storage')
    .optional()
}

/** The users' accounts at third-party services. */
export function connectionsSchema(z: Zod): zod.ZodType {
  return z
    .strictObject({
      cookieKeys: keysField(z, 'cookies'),
      signIn: signInSchema(z),
      brand: z
        .strictObject({
          name: z.string().describe('what users know the service by, such as Acme Notes'),
          color: z.string().describe('a color, such as "#2f5bd8"').optional(),
        })
        .describe('how the pages look, such as { name: Acme Notes }')
        .optional(),
      services: z
        .record(z.string(), serviceSchema(z))
        .describe('services by their names, such as github: { profile: github, … }'),
    })
    .describe('cookieKeys, signIn and services')
    .optional()
}

/** What an upstream is given of connections. */
export function routeConnectionsSchema(z: Zod): zod.ZodType {
  const one = z.strictObject({
    headers: z
      .record(z.string(), z.string())
      .describe("fields and what they hold, such as x-github-token: '{access_token}'")
      .optional(),
    tools: z.array(z.string()).describe('the tools that need it, such as [list_issues]').optional(),
    purpose: z.string().describe('what it is for, as users read it').optional(),
  })
  return z
    .record(z.string(), one.describe('an object, such as { tools: [list_issues] }'))
    .describe('services and what the upstream is given of them')
    .optional()
}

/** How a token of the upstream is got for that of a caller. */
export function exchangeSchema(z: Zod): zod.ZodType {
  return z
    .strictObject({
      issuer: issuerField(z),
      ...clientFields(z),
      ...targetFields(z),
      style: styleField(z).optional(),
      header: z.string().describe('the field that carries it; authorization by default').optional(),
    })
    .describe('how the token of the caller is exchanged')
}

function signInSchema(z: Zod): zod.ZodType {
  return z
    .strictObject({
      issuer: issuerField(z),
      ...clientFields(z),
      scopes: z
        .array(z.string())
        .describe('a list of scopes; openid profile email by default')
        .optional(),
      extraAuthorizeParams: z
        .record(z.string(), z.string())
        .describe('further parameters of the authorization request, and their values')
        .optional(),
      userInfo: z
        .boolean()
        .describe('true to ask the UserInfo endpoint for a name that the ID token lacks')
        .optional(),
      tokenIssuer: z.string().describe('iss of access tokens, where it is another').optional(),
      tenantClaim: z.string().describe('the claim that is the tenant').optional(),
    })
    .describe('where users of the pages sign in: issuer, clientId and clientSecret')
}

/** One object for all kinds of services: what does not go together, the options say. */
function serviceSchema(z: Zod): zod.ZodType {
  const url = z.string().describe('a URL').optional()
  const texts = z.record(z.string(), z.string()).describe('names and texts').optional()
  const { clientId, ...client } = clientFields(z)
  return z
    .strictObject({
      title: z.string().describe('what people call it').optional(),
      profile: z
        .enum(Object.keys(services))
        .describe(`a service that is known: ${Object.keys(services).join(', ')}`)
        .optional(),
      placeholders: texts,
      clientId: clientId?.optional() as zod.ZodType,
      ...client,
      ...targetFields(z),
      scopeTexts: texts,
      extraAuthorizeParams: texts,
      issuer: issuerField(z).optional(),
      authorizationEndpoint: url,
      tokenEndpoint: url,
      revocationEndpoint: url,
      userInfoEndpoint: url,
      accountId: z.string().describe('the field of its id').optional(),
      accountName: z.string().describe('the field of its name').optional(),
      pkce: z.enum(['S256', 'none']).describe('S256 or none').optional(),
      exchange: styleField(z).optional(),
      fields: z
        .record(z.string(), secretField(z))
        .describe('what users type in, such as token: { label: API token }')
        .optional(),
      guide: z.string().describe('Markdown, such as file:jira.md').optional(),
    })
    .describe('a profile with clientId and clientSecret, or a title with fields')
}

function secretField(z: Zod): zod.ZodType {
  return z
    .strictObject({
      label: z.string().describe('what stands beside the field'),
      type: z
        .enum(['string', 'password', 'url', 'textarea', 'select'])
        .describe('password by default')
        .optional(),
      hint: z.string().describe('a text below the field').optional(),
      required: z.boolean().describe('false where it may stay empty').optional(),
      options: z.record(z.string(), z.string()).describe('values and their texts').optional(),
      pattern: z.string().describe('a regular expression').optional(),
    })
    .describe('a field, such as { label: API token }')
}

function targetFields(z: Zod) {
  return {
    audience: z.string().describe('who the token is for, as the issuer names it').optional(),
    resource: z.string().describe('who the token is for, as a URL').optional(),
    scopes: z.array(z.string()).describe('a list of scopes that are asked for').optional(),
  }
}

function styleField(z: Zod): zod.ZodType {
  return z
    .enum(['token-exchange', 'on-behalf-of'])
    .describe('token-exchange, or on-behalf-of for Entra ID')
}

function issuerField(z: Zod): zod.ZodType {
  return z.string().describe('the issuer identifier, as its metadata states it')
}
