import type { ResourceServer } from 'mcp-gatehouse'
import type { OpenAnswer, WireAnswer, WireRequest } from '../wire.ts'

/** What a handler behind the gate was given. */
export interface Seen {
  readonly method: string
  /** The caller in the SDK's shape; `protectFetch` leaves it to `currentPrincipal()`. */
  readonly authInfo: unknown
  readonly principal: unknown
  /** `currentPrincipal()`, read after the body was. */
  readonly current: unknown
  /** The body as the framework parsed it, or as the handler read it. */
  readonly body: unknown
}

/** What a handler behind the gate answers. */
export interface HandlerAnswer {
  readonly status?: number
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly body?: string | AsyncIterable<string>
}

export type Handler = (seen: Seen) => HandlerAnswer

/** How an application is put together; the same on every platform. */
export interface AppOptions {
  readonly gatehouse: ResourceServer
  readonly handler: Handler
  /** The path that everything but the metadata is mounted below. @defaultValue none */
  readonly mountPath?: string
  /** Where the framework's body parser stands. @defaultValue `after` the gate */
  readonly parser?: 'before' | 'after'
}

/** A running application: `/mcp`, `/sse` and `/messages` behind the gate, `/healthz` beside it. */
export interface App {
  send(request: WireRequest): Promise<WireAnswer>
  open(request: WireRequest): Promise<OpenAnswer>
  /** `undefined` where no socket is involved. */
  readonly port: number | undefined
  /** `METHOD path` of every route that the framework knows; `undefined` where it keeps no list. */
  readonly routes: readonly string[] | undefined
  close(): Promise<void>
}

/** One way of using the package. */
export interface Platform {
  readonly name: string
  start(options: AppOptions): Promise<App>
}

export const GUARDED_PATHS: readonly string[] = ['/mcp', '/sse', '/messages']
export const PUBLIC_PATH = '/healthz'
export const METHODS: readonly string[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
]
export const NOT_FOUND = '{"error":"not_found"}'
