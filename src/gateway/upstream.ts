import type * as undici from 'undici'
import type { Principal } from '../principal/index.ts'
import { importPeer } from '../runtime/index.ts'
import type { HttpUpstreamSettings, UpstreamSettings } from './settings.ts'

type Undici = typeof undici
type Handler = undici.Dispatcher.DispatchHandler

/** A request to an upstream. */
export interface UpstreamRequest {
  readonly method: string
  /** Name and value in turn. */
  readonly headers: string[]
  readonly body: string | Buffer | undefined
  /** Who asks: an upstream may have something that is there for one caller alone. */
  readonly caller: Principal
  /** Whether its answer is a stream that waits for events. */
  readonly isListening: boolean
}

/** An MCP server behind the gateway, and its connections. */
export interface Upstream {
  readonly settings: UpstreamSettings
  /** Takes a place among the requests that are under way; `false` where there is none. */
  enter(): boolean
  leave(): void
  /** Seconds until it makes sense to try again, after a connection that could not be opened. */
  retryAfterSeconds(): number | undefined
  /** Says whether a connection could be opened. */
  reached(isReached: boolean): void
  send(request: UpstreamRequest, handler: Handler): void
  /** Cuts off what is under way. */
  close(): Promise<void>
  /** Lets what is under way go on, and takes nothing else. */
  retire(): Promise<void>
}

/** For so long after a failed connection nobody is kept waiting for another one. */
const DOWN_MILLISECONDS = 1_000

export function loadUndici(): Promise<Undici> {
  return importPeer('undici', () => import('undici'))
}

/**
 * Opens the connections to an upstream as they are needed. Streams have a pool of their own, since
 * each request looks for a free connection among all of its pool.
 */
export function createUpstream(
  { Pool: ConnectionPool }: Undici,
  settings: HttpUpstreamSettings,
  elapsed: () => number,
): Upstream {
  const { origin, path, ca, connectTimeoutSeconds, responseTimeoutSeconds, maxConnections } =
    settings
  const createPool = (): undici.Pool =>
    new ConnectionPool(origin, {
      allowH2: false,
      bodyTimeout: 0,
      headersTimeout: responseTimeoutSeconds * 1_000,
      connect: {
        timeout: connectTimeoutSeconds * 1_000,
        ...(ca !== undefined && { ca }),
      },
    })
  const calls = createPool()
  const streams = createPool()
  let underWay = 0
  let downUntil = -Infinity

  return {
    settings,
    enter() {
      if (underWay >= maxConnections) return false
      underWay += 1
      return true
    },
    leave() {
      underWay -= 1
    },
    retryAfterSeconds: () => (elapsed() < downUntil ? 1 : undefined),
    reached(isReached) {
      downUntil = isReached ? -Infinity : elapsed() + DOWN_MILLISECONDS
    },
    send({ method, headers, body, isListening }, handler) {
      const pool = isListening ? streams : calls
      pool.dispatch({ path, method, headers, body: body ?? null }, handler)
    },
    async close() {
      await Promise.all([calls.destroy(), streams.destroy()])
    },
    async retire() {
      await Promise.all([calls.close(), streams.close()])
    },
  }
}
