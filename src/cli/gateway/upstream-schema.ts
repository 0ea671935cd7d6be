import type * as zod from 'zod'

type Zod = typeof zod

/** Where the MCP server of a route is: at a URL, or behind a command. */
export function upstreamSchema(z: Zod): zod.ZodType {
  return z
    .union([endpoint(z), httpUpstream(z), commandUpstream(z)])
    .describe('the URL of the MCP endpoint, or an object with either url or command')
}

function endpoint(z: Zod): zod.ZodString {
  return z.string().describe('the URL of the MCP endpoint, such as http://127.0.0.1:8000/mcp')
}

function httpUpstream(z: Zod): zod.ZodType {
  const whole = wholeOf(z)
  return z.strictObject({
    url: endpoint(z),
    maxConnections: whole(100_000, 'requests at once; 10000 by default'),
    connectTimeoutSeconds: whole(60, 'seconds for connecting; 5 by default'),
    responseTimeoutSeconds: whole(86_400, 'seconds until an answer begins; 300 by default'),
    idleTimeoutSeconds: whole(3_600, 'seconds that an answer may pause; 60 by default'),
    ca: z.string().describe('certificates in PEM, such as file:/etc/ssl/internal.pem').optional(),
  })
}

function commandUpstream(z: Zod): zod.ZodType {
  const whole = wholeOf(z)
  const text = z.string().describe('a text, in quotes where it is a number')
  return z.strictObject({
    command: z
      .string()
      .min(1)
      .describe('a program that speaks MCP on stdio, without its arguments, such as npx'),
    args: z.array(text).describe('a list of arguments, such as [-y, server-notes]').optional(),
    cwd: z
      .string()
      .min(1)
      .describe('the folder that it runs in; that of this file by default')
      .optional(),
    env: z
      .record(z.string(), text)
      .describe('variables of its environment, such as NOTES_KEY: ${NOTES_KEY}')
      .optional(),
    inheritEnv: z
      .array(z.string())
      .describe("a list of variables that it gets of the gateway's own, such as [HTTPS_PROXY]")
      .optional(),
    maxProcesses: whole(10_000, 'processes at once; 100 by default'),
    maxProcessesPerPrincipal: whole(1_000, 'processes at once for one caller; 10 by default'),
    maxIdleSeconds: whole(86_400, 'seconds that a process is kept for nobody; 300 by default'),
    startTimeoutSeconds: whole(600, 'seconds until its first message; 30 by default'),
    responseTimeoutSeconds: whole(86_400, 'seconds until an answer begins; 300 by default'),
  })
}

function wholeOf(z: Zod) {
  return (maximum: number, of: string): zod.ZodType =>
    z.int().min(1).max(maximum).describe(`1 to ${maximum} ${of}`).optional()
}
