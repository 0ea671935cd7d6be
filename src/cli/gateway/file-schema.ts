import type * as zod from 'zod'
import { connectionsSchema, routeConnectionsSchema, storageSchema } from './connection-schema.ts'
import { ACCEPTABLE_RISKS } from './risk-rules.ts'
import { routeFields } from './route-schema.ts'
import { keysField } from './secret-schema.ts'
import { upstreamSchema } from './upstream-schema.ts'

type Zod = typeof zod
/** Fields of an object, by name. */
export type Fields = Record<string, zod.ZodType>

/**
 * What a configuration file may say. The JSON Schema in deploy/gatehouse.schema.json is made of it,
 * so that editors and the command know the same.
 *
 * Types and names are checked here; what only the options can tell (`https`, ranges that depend on
 * others, clashing patterns) is theirs.
 */
export function createFileSchema(z: Zod): zod.ZodObject<Fields> {
  const port = z.int().min(0).max(65_535).describe('0 to 65535, such as 8080')
  const host = z.string().min(1).describe('an address, such as 127.0.0.1 or 0.0.0.0')
  return z.strictObject({
    $schema: z.string().describe('the URL or path of this schema, for editors').optional(),
    publicUrl: z.string().describe('the origin that clients know, such as https://mcp.example.com'),
    listen: z
      .strictObject({ host: host.optional(), port })
      .describe('host and port of the listener; 127.0.0.1 and 8080 by default')
      .optional(),
    admin: z
      .strictObject({
        host: host.optional(),
        port,
        metrics: z.boolean().describe('true to serve /metrics; needs prom-client').optional(),
      })
      .describe('host and port of /healthz, /readyz, /metrics and the keys, for nobody outside')
      .optional(),
    keys: keysField(z, 'signing').optional(),
    storage: storageSchema(z),
    connections: connectionsSchema(z),
    drainSeconds: z.int().min(0).max(3_600).describe('0 to 3600; 30 by default').optional(),
    trustedProxyHops: z
      .int()
      .min(0)
      .max(16)
      .describe('how many reverse proxies stand in front, 0 to 16')
      .optional(),
    audit: auditSchema(z),
    acceptRisks: z
      .array(z.enum(ACCEPTABLE_RISKS))
      .describe('rules of the checks whose risk you take')
      .optional(),
    ...routeFields(z),
    routes: z.array(routeSchema(z)).min(1).describe('one entry for each MCP server'),
  })
}

function auditSchema(z: Zod): zod.ZodType {
  return z
    .strictObject({
      to: z.string().min(1).describe('stdout, or the path of a file'),
      key: z
        .string()
        .min(1)
        .describe('43 random characters or more, as file:/run/secrets/audit-key or ${AUDIT_KEY}'),
      subjects: z.enum(['pseudonym', 'plain']).describe('pseudonym by default').optional(),
      sync: z.boolean().describe('true to wait for the disk').optional(),
    })
    .describe('to and key of the audit log')
    .optional()
}

function routeSchema(z: Zod): zod.ZodType {
  return z.strictObject({
    path: z.string().describe('the path of the public URL, such as /notes'),
    upstream: upstreamSchema(z),
    upstreamHeaders: z
      .record(z.string(), z.string())
      .describe('fields with fixed values, such as x-api-key: ${NOTES_KEY}')
      .optional(),
    connections: routeConnectionsSchema(z),
    ...routeFields(z),
  })
}
