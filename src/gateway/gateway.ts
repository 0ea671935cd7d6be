import type { RequestListener } from 'node:http'
import type { Revocation, RevokedCaller } from '../revocation/index.ts'
import type { GatewayOptions } from './options.ts'

/** Where a gateway answers. */
export interface GatewayAddresses {
  /** Origin of the listener, such as `http://127.0.0.1:8080`. */
  readonly url: string
  /** Origin of the admin listener, where there is one. */
  readonly adminUrl: string | undefined
}

/** A reverse proxy in front of MCP servers, each of them a protected resource. */
export interface Gateway {
  /** The protected resources, by the paths of their routes. */
  readonly resources: Readonly<Record<string, string>>
  /**
   * Opens the listeners.
   *
   * @throws the error of Node, such as `EADDRINUSE`
   */
  listen(): Promise<GatewayAddresses>
  /** For a server of your own instead of `listen`, whose timeouts and parser are then yours. */
  readonly handle: RequestListener
  /**
   * Puts other options in the place of these, from one request to the next; what is under way goes on
   * as it began. Listeners stay as they are, and sessions and tasks their owners'.
   *
   * @throws {ConfigError} for the first mistake; then all stays as it was
   */
  reload(options: GatewayOptions): Promise<void>
  /** Refuses what was issued to a caller until now, on every route, and ends the caller's streams. */
  revoke(revocation: RevokedCaller & Partial<Pick<Revocation, 'before'>>): Promise<void>
  /**
   * Takes no further requests, ends streams that wait for events, lets running calls finish within
   * `drainSeconds`, and closes all connections.
   */
  close(): Promise<void>
}
