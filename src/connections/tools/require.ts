import { requireType } from '../../options/index.ts'
import type { ConnectionsCore } from '../connections.ts'
import type { Credential } from '../credential.ts'
import { createMessageConnections, type MessageConnections } from './message-connections.ts'
import { readServices } from './read-services.ts'
import { createRequestStates } from './request-state.ts'
import { type RequireOptions, readRequireOptions } from './require-options.ts'
import { runConnected } from './run-connected.ts'
import { createStateHook, type RequestStateHook } from './state-hook.ts'

/**
 * What a handler gets: what the SDK calls it with, and before the SDK's context, which comes last,
 * the credentials. The context of a tool without input is only known where it is written down.
 */
export type WithCredentials<
  Parameters extends readonly unknown[],
  Given,
> = number extends Parameters['length']
  ? [credentials: Given, context: unknown]
  : Parameters extends readonly [...infer Before, infer Context]
    ? [...Before, Given, Context]
    : never

/** Credentials by the name of their service. */
export type Credentials<Name extends string> = { readonly [Service in Name]: Credential }

/** What makes tools, prompts and resources need connections. */
export interface ToolConnections<Services extends string = string> {
  /**
   * Makes a handler of SDK v1 or v2 need services: it runs once the caller has connected them all.
   * It gets what the SDK calls it with, and the credentials before the SDK's context:
   * `(args, { github }, ctx)` for a tool, `({ github }, ctx)` for one without input,
   * `(uri, { github }, ctx)` for a resource, `(uri, variables, { github }, ctx)` for a template.
   *
   * Where one is missing, or its service ends it during the call, the user is asked to open a link:
   * by an `InputRequiredResult` on 2026-07-28, the error `-32042` on 2025-11-25 (see `mode`), and
   * by a tool error that names the page where the client cannot open links. The handler then runs
   * from its beginning: what comes before its first use of a credential may happen twice.
   *
   * Who calls is what the verified token says, and nothing in the arguments or in `_meta`. It does
   * NOT serve calls without a token, nor clients that act for themselves: there is no shared
   * credential. On 2025-11-25 a server that keeps no sessions does not know what its client can
   * do, so that its users get the tool error.
   *
   * @throws {ConfigError} `ERR_CONFIG_SERVICE_UNKNOWN`, `ERR_CONFIG_OPTION_TYPE`,
   *   `ERR_CONFIG_OPTION_UNKNOWN`, `ERR_CONFIG_OUT_OF_RANGE`; the handler's own errors pass
   *
   * @example
   * ```ts
   * server.registerTool(
   *   'list_issues',
   *   { inputSchema: z.object({ repository: z.string() }) },
   *   connections.require('github', async ({ repository }, { github }) => {
   *     const answer = await github.fetch(`https://api.github.com/repos/${repository}/issues`)
   *     return { content: [{ type: 'text', text: await answer.text() }] }
   *   }),
   * )
   * ```
   *
   * @see [MCP, Elicitation](https://modelcontextprotocol.io/specification/2026-07-28/client/elicitation)
   */
  require<const Name extends Services, Parameters extends readonly unknown[], Result>(
    services: Name | readonly Name[],
    handler: (...parameters: WithCredentials<Parameters, Credentials<Name>>) => Result,
    options?: RequireOptions,
  ): (...parameters: Parameters) => Promise<Awaited<Result>>
  require<const Name extends Services, Context, Result>(
    services: Name | readonly Name[],
    handler: (credentials: Credentials<Name>, context: Context) => Result,
    options?: RequireOptions,
  ): (context: Context) => Promise<Awaited<Result>>
  /**
   * For the options of an `McpServer` of SDK v2: `new McpServer(info, { requestState:
   * connections.requestState })`. A state that was changed, is somebody else's, too old or used
   * is then a JSON-RPC error, and not a tool error. It refuses every state that
   * `require` has not made: leave it out where handlers make their own.
   */
  readonly requestState: RequestStateHook
  /** For proxies in front of an MCP server: what `require` does, for a message instead of a handler. */
  readonly messages: MessageConnections<Services>
}

/** Creates what tools need of connections. */
export function createRequire<Services extends string>(
  core: ConnectionsCore,
): ToolConnections<Services> {
  const states = createRequestStates(core.settings, 'gatehouse1.')

  function require(
    names: string | readonly string[],
    handler: (...parameters: readonly unknown[]) => unknown,
    options: RequireOptions = {},
  ): (...parameters: readonly unknown[]) => Promise<unknown> {
    const services = readServices(core, names, 'connections.require')
    requireType(typeof handler === 'function', 'connections.require: handler', 'a function')
    const settings = readRequireOptions(options)
    const tool = { core, states, services, settings }
    // The SDKs tell handlers with and without input apart by what was registered, never by `length`.
    return async (...parameters) => runConnected(tool, handler, parameters)
  }

  return {
    require: require as ToolConnections<Services>['require'],
    requestState: createStateHook(core, states),
    messages: createMessageConnections<Services>(core),
  }
}
