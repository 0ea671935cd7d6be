import { createServer } from 'node:http'
import { ConfigError } from '../errors/index.ts'
import { isLoopbackHostname } from '../oauth/index.ts'
import { importPeer } from '../runtime/index.ts'
import { createListener } from './authorization-server-listener.ts'
import { close, listen } from './loopback-server.ts'
import { createProviderConfiguration } from './provider-configuration.ts'
import type { ServerSettings } from './server-settings.ts'
import { DEMO_USERS, type TestUsers } from './test-user.ts'

/** Options of {@link createTestAuthorizationServer}. */
export interface TestAuthorizationServerOptions {
  /**
   * The protected resources that tokens can be issued for: resource identifier → its scopes.
   * A request without `resource` gets the only one; with several configured it is refused.
   */
  readonly resources: Readonly<Record<string, readonly string[]>>
  /**
   * Who can sign in.
   * @defaultValue {@link DEMO_USERS}
   */
  readonly users?: TestUsers | undefined
  /**
   * Show the users and their passwords on the login page.
   * @defaultValue `true` for {@link DEMO_USERS}, `false` for others
   */
  readonly showPasswords?: boolean | undefined
  /**
   * The address to listen on and the host of the issuer; anything but this machine is refused.
   * @defaultValue `'127.0.0.1'`
   */
  readonly host?: string | undefined
  /**
   * The port to listen on.
   * @defaultValue a free one
   */
  readonly port?: number | undefined
  /**
   * The path of the issuer identifier, such as `/t1`.
   * @defaultValue none
   */
  readonly path?: string | undefined
  /**
   * How long an access token is valid.
   * @defaultValue 300
   */
  readonly accessTokenTtlSeconds?: number | undefined
  /**
   * Client id metadata documents by their https URL. The server takes them from here and fetches
   * nothing; it advertises the feature only if there is one.
   */
  readonly clientDocuments?: Readonly<Record<string, object>> | undefined
  /**
   * Told about what the server could not answer because of a mistake of its own.
   * @defaultValue `process.emitWarning`
   */
  readonly onError?: ((error: unknown) => void) | undefined
}

/** A running embedded authorization server. */
export interface TestAuthorizationServer {
  /** Its issuer identifier, without a trailing slash. */
  readonly issuer: string
  readonly users: TestUsers
  /** Stops listening and drops open connections. */
  close(): Promise<void>
}

/**
 * Starts an authorization server with demo users on a loopback socket: `oidc-provider` with a
 * login page, a consent page, dynamic registration and resource indicators, set up the way MCP
 * clients expect one to be. Access tokens are JWTs (`at+jwt`, ES256) whose `aud` is exactly the
 * requested resource; PKCE with S256 is required of every client.
 *
 * It is for tests, examples and development, NOT for production: it has no TLS, its users are
 * given in the clear, and everything it knows is gone when it stops.
 *
 * @throws {ConfigError} `ERR_CONFIG_NOT_LOOPBACK`, `ERR_CONFIG_PATH_INVALID`, and
 *   `ERR_CONFIG_PEER_MISSING` where `oidc-provider` is not installed
 *
 * @example
 * ```ts
 * const server = await createTestAuthorizationServer({
 *   resources: { 'http://127.0.0.1:3000/mcp': ['notes:read'] },
 * })
 * ```
 *
 * @see [RFC 8707](https://www.rfc-editor.org/rfc/rfc8707.html) for resource indicators
 * @see [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068.html) for the access tokens
 */
export async function createTestAuthorizationServer(
  options: TestAuthorizationServerOptions,
): Promise<TestAuthorizationServer> {
  const { host = '127.0.0.1', port = 0, path = '', users = DEMO_USERS } = options
  const urlHost = host.includes(':') ? `[${host}]` : host
  if (!isLoopbackHostname(urlHost)) {
    throw new ConfigError(
      'ERR_CONFIG_NOT_LOOPBACK',
      `createTestAuthorizationServer, host ${JSON.stringify(host)}`,
    )
  }
  if (path !== '' && !/^(?:\/[\w~-][\w.~-]*)+$/.test(path)) {
    throw new ConfigError(
      'ERR_CONFIG_PATH_INVALID',
      `createTestAuthorizationServer, path ${JSON.stringify(path)}`,
    )
  }
  const { default: Provider, errors } = await importPeer(
    'oidc-provider',
    () => import('oidc-provider'),
  )

  const server = createServer()
  const issuer = new URL(`http://${urlHost}:${await listen(server, port, host)}${path}`)
  const settings: ServerSettings = {
    issuer,
    issuerPath: path,
    users,
    showPasswords: options.showPasswords ?? users === DEMO_USERS,
    resources: new Map(Object.entries(options.resources)),
    accessTokenTtlSeconds: options.accessTokenTtlSeconds ?? 300,
    clientDocuments: new Map(Object.entries(options.clientDocuments ?? {})),
    onError: options.onError ?? ((error) => process.emitWarning(String(error))),
  }
  try {
    const provider = new Provider(
      issuer.href.replace(/\/$/, ''),
      createProviderConfiguration(settings, errors),
    )
    provider.on('server_error', (_ctx, error) => settings.onError(error))
    server.on('request', createListener(provider, settings))
    return { issuer: provider.issuer, users, close: () => close(server) }
  } catch (error) {
    await close(server)
    throw error
  }
}
