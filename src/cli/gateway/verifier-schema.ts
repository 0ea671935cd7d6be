import type * as zod from 'zod'
import { clientFields, keysField } from './secret-schema.ts'

type Zod = typeof zod

/** Which tokens are accepted, where they are not signed ones alone. */
export function verifierSchema(z: Zod): zod.ZodType {
  const issuer = z.string().describe('the issuer identifier, as its metadata states it')
  const flag = flagOf(z)
  const jwt = z
    .strictObject({
      issuer,
      jwksUri: z.string().describe('the URL of its keys').optional(),
      algorithms: z.array(z.string()).describe('such as [ES256]').optional(),
      requireAtJwt: flag('refuse tokens whose typ is not at+jwt'),
    })
    .describe('signed tokens, such as { issuer: https://id.example.com }')
  const introspection = z
    .strictObject({
      issuer,
      introspectionEndpoint: z.string().describe('the URL that is asked').optional(),
      ...clientFields(z),
      signingAlgorithm: z.string().describe('such as ES256').optional(),
      ...rememberedFields(z),
    })
    .describe('opaque tokens that their issuer is asked about: issuer, clientId and clientSecret')
  const userinfo = z
    .strictObject({
      provider: z.enum(['github', 'google']).describe('github or google'),
      ...clientFields(z),
      issuer: issuer.optional(),
      apiUrl: z.string().describe('the API of GitHub Enterprise Server').optional(),
      lifetimeSeconds: z
        .int()
        .min(60)
        .max(86_400)
        .describe('60 to 86400 seconds that a token without expiry lives; 3600 by default')
        .optional(),
      ...rememberedFields(z),
    })
    .describe('tokens of your app at GitHub or Google: provider, clientId and clientSecret')
  const apiKeys = z
    .strictObject({ prefix: z.string().describe('such as acme').optional() })
    .describe('API keys of this storage, such as { prefix: acme }')
  return z
    .strictObject({
      jwt: jwt.optional(),
      introspection: introspection.optional(),
      userinfo: userinfo.optional(),
      jwe: encrypted(z, jwt).optional(),
      apiKeys: apiKeys.optional(),
    })
    .describe('kinds of tokens: jwt, introspection, userinfo, jwe, apiKeys')
    .optional()
}

/** How long an answer about a token is remembered. */
function rememberedFields(z: Zod) {
  return {
    cacheSeconds: z
      .int()
      .min(0)
      .max(60)
      .describe('0 to 60 seconds that an accepted token is not asked about again; 30 by default')
      .optional(),
    negativeCacheSeconds: z
      .int()
      .min(0)
      .max(60)
      .describe('0 to 60 seconds that a refused token is not asked about again; 5 by default')
      .optional(),
  }
}

function encrypted(z: Zod, nested: zod.ZodType): zod.ZodType {
  const flag = flagOf(z)
  return z
    .strictObject({
      keys: keysField(z, 'encryption'),
      nested,
      unwrapData: flag('add the members of the object data to the claims'),
      allowLegacyRsaOaep: flag('accept RSA-OAEP, which hashes with SHA-1'),
      maxLifetimeSeconds: z
        .int()
        .min(1)
        .max(31_536_000)
        .describe('1 to 31536000 seconds between iat and exp; 86400 by default')
        .optional(),
    })
    .describe('encrypted tokens: keys, and nested with the issuer of what is inside')
}

function flagOf(z: Zod) {
  return (does: string): zod.ZodType => z.boolean().describe(`true to ${does}`).optional()
}

/** Tokens that are bound to a key. */
export function dpopSchema(z: Zod): zod.ZodType {
  return z
    .strictObject({
      required: z.boolean().describe('true to refuse all others').optional(),
      algorithms: z.array(z.string()).describe('such as [ES256]').optional(),
      proofSeconds: z
        .int()
        .min(1)
        .max(300)
        .describe('1 to 300 seconds since a proof was made; 60 by default')
        .optional(),
      nonceSecret: z
        .string()
        .describe('32 characters or more, as file:/run/secrets/… or ${VARIABLE}')
        .optional(),
    })
    .describe('how tokens that are bound to a key are accepted, such as {}')
    .optional()
}

/** Whose callers are let in. */
export function tenantSchema(z: Zod): zod.ZodType {
  return z
    .union([
      z.string().min(1),
      z.strictObject({
        header: z.string().describe('the field that names it, such as x-tenant').optional(),
        hosts: z
          .record(z.string(), z.string())
          .describe('hosts and their tenants, such as acme.example.com: acme')
          .optional(),
      }),
    ])
    .describe('a tenant, { header: x-tenant } or { hosts: { acme.example.com: acme } }')
    .optional()
}
