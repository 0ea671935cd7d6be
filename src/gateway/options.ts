import type { UpstreamExchangeOptions } from '../connections/exchanged/index.ts'
import type { Connections } from '../connections/index.ts'
import type { KeyRing } from '../keys/index.ts'
import type { Principal } from '../principal/index.ts'
import type { ResourceServerOptions } from '../resource-server/index.ts'

/** What a route can be protected with; `resource` is made of the public URL and the path. */
export interface ProtectionOptions
  extends Omit<ResourceServerOptions, 'resource' | 'authorizationServers'> {
  /** Issuers whose tokens are accepted and that clients are sent to; at least one. */
  readonly authorizationServers?: ResourceServerOptions['authorizationServers']
}

/** Where the gateway listens. */
export interface ListenOptions {
  /** @defaultValue `'127.0.0.1'` */
  readonly host?: string
  /** 0 to 65,535; 0 is any free one. */
  readonly port: number
}

/** How an MCP server is reached. */
export interface GatewayUpstreamOptions {
  /** URL of the MCP endpoint. Its path is the only one that is ever asked. */
  readonly url: string
  /** Requests that are under way at once, 1 to 100,000; more are answered 503. @defaultValue 10000 */
  readonly maxConnections?: number
  /** How long a connection may take to open, 1 to 60 seconds. @defaultValue 5 */
  readonly connectTimeoutSeconds?: number
  /** How long the head of an answer may take, 1 to 86,400 seconds. @defaultValue 300 */
  readonly responseTimeoutSeconds?: number
  /**
   * How long an answer that is no stream of events may pause, 1 to 3,600 seconds. Streams may be
   * silent for ever. @defaultValue 60
   */
  readonly idleTimeoutSeconds?: number
  /** Certificates to trust beside those of the system, in PEM. @defaultValue none */
  readonly ca?: string
}

/** Whom a process is started for. */
export interface ProcessCaller {
  readonly principal: Principal
}

/**
 * An MCP server on stdio, which the gateway starts: a process for each session, and since 2026-07-28
 * one for each caller. It needs `@modelcontextprotocol/server`.
 */
export interface CommandUpstreamOptions {
  /** The program, found in `PATH`. There is no shell. */
  readonly command: string
  /** @defaultValue none */
  readonly args?: readonly string[]
  /** Folder that it runs in. @defaultValue that of the gateway */
  readonly cwd?: string
  /**
   * Variables of its environment, or what finds them for a caller when a process starts. Beside these
   * it has `PATH`, `HOME` and their kind, and `GATEHOUSE_*`, which say whom it serves. @defaultValue none
   */
  readonly env?:
    | Readonly<Record<string, string>>
    | ((
        caller: ProcessCaller,
      ) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>)
  /** Names of variables of the gateway's own environment that it gets too. @defaultValue none */
  readonly inheritEnv?: readonly string[]
  /** Processes at once, 1 to 10,000; more are answered 503. @defaultValue 100 */
  readonly maxProcesses?: number
  /** Processes of one principal at once, 1 to 1,000. @defaultValue 10 */
  readonly maxProcessesPerPrincipal?: number
  /** How long a process may be there for nobody, 1 to 86,400 seconds. @defaultValue 300 */
  readonly maxIdleSeconds?: number
  /** How long its first message may take, 1 to 600 seconds. @defaultValue 30 */
  readonly startTimeoutSeconds?: number
  /** How long the first message of an answer may take, 1 to 86,400 seconds. @defaultValue 300 */
  readonly responseTimeoutSeconds?: number
}

/** How an upstream is told who calls. */
export interface AssertionOptions {
  /**
   * Field that carries it, as `Bearer …` in `authorization` and bare in any other.
   * @defaultValue `'authorization'`
   */
  readonly header?: string
  /** `aud` of the assertion. @defaultValue the URL of the upstream */
  readonly audience?: string
  /** 5 to 60 seconds. @defaultValue 30 */
  readonly lifetimeSeconds?: number
  /** Claims of the caller's token that are told as they are, such as `email`. @defaultValue none */
  readonly claims?: readonly string[]
}

/**
 * How an upstream is given a token of its own for the caller: the caller's is exchanged by the
 * authorization server that has issued it (RFC 8693), or on behalf of the caller in Entra ID.
 */
export interface ExchangeIdentityOptions {
  readonly exchange: UpstreamExchangeOptions & {
    /**
     * Field that carries it, as `Bearer …` in `authorization` and bare in any other.
     * @defaultValue `'authorization'`
     */
    readonly header?: string
  }
}

/** A request that is about to go to an upstream. */
export interface UpstreamCall {
  readonly principal: Principal
  /** The resource of the route. */
  readonly resource: string
  /** URL of the upstream. */
  readonly upstream: string
  /** What the body says, parsed; `undefined` where there is none. */
  readonly parsedBody: unknown
  /**
   * The caller's access token, to be exchanged for another one (RFC 8693). It must never be sent to
   * the upstream itself (MCP authorization, "Token Passthrough").
   */
  readonly accessToken: string
  /** Whether the upstream has refused what it was given before, so that it has to be renewed. */
  readonly isRefused: boolean
}

/**
 * Finds what an upstream needs beside the assertion: header fields such as the key of a connection,
 * or the answer to give instead, such as one that asks the user to connect. What it throws is 503,
 * except for a `DeniedError`, which is 403.
 */
export type UpstreamCredentials = (
  call: UpstreamCall,
) =>
  | Readonly<Record<string, string>>
  | Response
  | Promise<Readonly<Record<string, string>> | Response>

/** What an upstream is given of its caller's connection to a service. */
export interface RouteConnectionOptions {
  /**
   * Fields of the request, in which `{access_token}` stands for the token of the service, and
   * `{name}` for what users have typed into the field of that name. One without its value is left out.
   * @defaultValue `{ authorization: 'Bearer {access_token}' }`
   */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Tools that need it, by their names: no other request has it then.
   * @defaultValue all tools, prompts and resources; whatever else is asked has it where it is there
   */
  readonly tools?: readonly string[]
  /** What it is for, as users read it: `'to list your issues'`. @defaultValue the tool's name */
  readonly purpose?: string
}

/** What routes can have in common. */
export interface RouteDefaults extends ProtectionOptions {
  /**
   * How the upstream learns who calls: by a JWT that the gateway signs for this one request, by a
   * token that the caller's is exchanged for, or not at all. A command is told by its environment
   * unless this is `'none'`; what stands here beside all routes is for the others.
   * @defaultValue `'assertion'`
   */
  readonly identity?: 'assertion' | 'none' | AssertionOptions | ExchangeIdentityOptions
  /**
   * Further fields of requests that go to the upstream; a command is sent none.
   * @defaultValue those of MCP and tracing
   */
  readonly requestHeaders?: readonly string[]
  /**
   * Further fields of answers that go to the client; those of a command have none.
   * @defaultValue those of MCP and caching
   */
  readonly responseHeaders?: readonly string[]
  /** Largest body of a request, 1,024 to 67,108,864 bytes. @defaultValue 1048576 */
  readonly maxBodyBytes?: number
  /** Largest message of a list or a stream. @defaultValue 16777216 */
  readonly maxAnswerBytes?: number
}

/** One MCP server behind the gateway, a protected resource of its own. */
export interface RouteOptions extends RouteDefaults {
  /** Path of the public URL, compared exactly. */
  readonly path: string
  /** The MCP server: its URL, what there is to say about that, or a command that speaks stdio. */
  readonly upstream: string | GatewayUpstreamOptions | CommandUpstreamOptions
  /** Fields with fixed values, such as the API key of the gateway itself. @defaultValue none */
  readonly upstreamHeaders?: Readonly<Record<string, string>>
  /**
   * Connections of the caller that the upstream is given, by the names of their services. Where one
   * is missing, the gateway asks the user to connect it, as `connections.require` does for tools.
   * @defaultValue none
   */
  readonly connections?: Readonly<Record<string, RouteConnectionOptions>>
  /**
   * Further fields, found for each request: none that a connection or `identity` fills.
   * @defaultValue none
   */
  readonly credentials?: UpstreamCredentials
}

/**
 * Options of `createGateway`. What protects a resource (`authorizationServers`, `policy`,
 * `requiredScopes`, …) holds for every route that says nothing else.
 */
export interface GatewayOptions extends RouteDefaults {
  /** Origin under which clients know the gateway, and `iss` of its assertions. */
  readonly publicUrl: string
  readonly routes: readonly RouteOptions[]
  /** Ring of the use `signing`, for assertions. Replicas share it. @defaultValue none */
  readonly keys?: KeyRing
  /**
   * What `createConnections` gives, its `baseUrl` being `publicUrl`: for `connections` of routes. The
   * gateway answers its pages, `/connect/…` and `/account`. @defaultValue none
   */
  readonly connections?: Pick<Connections, 'get' | 'handler' | 'messages'>
  /** @defaultValue port 8080 of 127.0.0.1 */
  readonly listen?: ListenOptions
  /**
   * Where `/healthz`, `/readyz` and the published keys are answered too, for nobody outside.
   * @defaultValue nowhere
   */
  readonly admin?: AdminOptions
  /** How long running calls may go on after `close`, 0 to 3,600 seconds. @defaultValue 30 */
  readonly drainSeconds?: number
}

export interface AdminOptions extends ListenOptions {
  /** Serve `/metrics` for Prometheus; needs `prom-client`. @defaultValue false */
  readonly metrics?: boolean
}
