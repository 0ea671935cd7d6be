import {
  ConfigError,
  createResourceServer,
  ERROR_CODES,
  type ErrorCode,
  type ResourceServer,
  type ResourceServerOptions,
} from 'mcp-gatehouse'
import { expect } from 'vitest'

export const ISSUER = 'https://as.example.com'
export const RESOURCE = 'https://mcp.example.com/mcp'

/** Options as somebody without a type checker may write them. */
export function create(options: Readonly<Record<string, unknown>>): ResourceServer {
  const all = {
    resource: RESOURCE,
    authorizationServers: [ISSUER],
    onEvent: () => undefined,
    ...options,
  }
  return createResourceServer(all as ResourceServerOptions)
}

export function createWith(server: Readonly<Record<string, unknown>>): ResourceServer {
  return create({ authorizationServers: [{ issuer: ISSUER, ...server }] })
}

/** The whole error: its code, and a message that begins with the path of the option. */
export function expectConfigError(run: () => unknown, code: ErrorCode, subject: string): void {
  const { cause, remedy } = ERROR_CODES[code]
  expect(run).toThrow(
    expect.objectContaining({
      name: 'ConfigError',
      code,
      message: `${subject}: ${cause} ${remedy}`,
    }),
  )
  expect(run).toThrow(ConfigError)
}
