import { createServer } from 'node:http'
import type { AuditEvent } from 'mcp-gatehouse'
import {
  type AuthorizationServer,
  type CreateAuthorizationServerOptions,
  createAuthorizationServer,
} from 'mcp-gatehouse/authorization-server'
import { createKeyRing, generateKey, type KeyRing, keysFromFunction } from 'mcp-gatehouse/keys'
import { memory } from 'mcp-gatehouse/storage'
import { close, listen } from '../../src/testing/loopback-server.ts'

export const REDIRECT_URI = 'http://127.0.0.1:9/callback'
export const WEB_REDIRECT_URI = 'https://app.example.com/cb'

/** An authorization server with embedded users, on a loopback socket. */
export interface AsWorld {
  readonly issuer: string
  readonly resource: string
  readonly server: AuthorizationServer
  readonly options: CreateAuthorizationServerOptions
  readonly events: AuditEvent[]
  close(): Promise<void>
}

/** How a world differs from the usual one. */
export interface AsWorldOptions {
  /** The path of the issuer. @defaultValue none */
  readonly path?: string
  /** The issuer that the options say. @defaultValue where it listens */
  readonly issuer?: (address: string) => string
  readonly options?: (
    usual: CreateAuthorizationServerOptions,
  ) => Partial<CreateAuthorizationServerOptions>
}

/** A ring of one new key. */
export async function newRing(use: 'cookies' | 'signing'): Promise<KeyRing> {
  const document = { keys: [await generateKey({ use })] }
  return createKeyRing({ use, source: keysFromFunction(() => document) })
}

export async function startAuthorizationServer(world: AsWorldOptions = {}): Promise<AsWorld> {
  const http = createServer()
  const address = `http://127.0.0.1:${await listen(http, 0, '127.0.0.1')}`
  const issuer = world.issuer?.(address) ?? `${address}${world.path ?? ''}`
  const resource = `${address}/mcp`
  const events: AuditEvent[] = []
  const usual: CreateAuthorizationServerOptions = {
    issuer,
    resources: { [resource]: ['notes:read', 'notes:write'] },
    scopes: { 'notes:read': 'Read your notes' },
    users: [
      { username: 'alice', password: 'wonderland', claims: { roles: ['admin'], sub: 'mallory' } },
      { username: 'bob', password: 'builder' },
    ],
    storage: memory(),
    keys: { signing: await newRing('signing'), cookies: await newRing('cookies') },
    allowInsecureLoopback: true,
    onEvent: (event) => {
      events.push(event)
    },
  }
  const options = { ...usual, ...world.options?.(usual) }
  const server = await createAuthorizationServer(options)
  // A machine that is busy would otherwise find its idle connections closed.
  http.keepAliveTimeout = 60_000
  http.on('request', (req, res) => void server.handler(req, res))
  return {
    issuer,
    resource,
    server,
    options,
    events,
    close: async () => {
      await Promise.all([close(http), server.close()])
    },
  }
}
