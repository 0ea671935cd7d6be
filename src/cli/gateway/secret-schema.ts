import type * as zod from 'zod'
import type { Fields } from './file-schema.ts'

/** How this server proves to another one who it is. */
export function clientFields(z: typeof zod): Fields {
  return {
    clientId: z.string().min(1).describe('the client identifier of this server there'),
    clientSecret: z
      .string()
      .min(1)
      .describe('the secret, as file:/run/secrets/… or ${VARIABLE}')
      .optional(),
    clientSecretMethod: z
      .enum(['client_secret_basic', 'client_secret_post'])
      .describe('client_secret_basic or client_secret_post')
      .optional(),
  }
}

/** A file of keys, as `mcp-gatehouse keys generate` writes it. */
export function keysField(z: typeof zod, use: string): zod.ZodType {
  return z
    .union([
      z.string().min(1),
      z.strictObject({
        file: z.string().min(1).describe(`the file of the ${use} keys`),
        allowGroupRead: z
          .boolean()
          .describe('true where its group may read it, as in Kubernetes')
          .optional(),
      }),
    ])
    .describe(`the file of the ${use} keys, such as .keys/${use}.json`)
}
