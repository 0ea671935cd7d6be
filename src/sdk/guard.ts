import { ConfigError } from '../errors/index.ts'
import { requireKnownOptions } from '../options/index.ts'
import type { Policy } from '../policy/index.ts'
import { type Clock, systemClock } from '../runtime/index.ts'
import type { HandlerRequest } from './answers.ts'
import { type Guard, type HandlerContext, handleGuarded } from './guarded-handler.ts'
import { createReconciliation } from './reconcile.ts'
import {
  type GuardableMcpServer,
  type GuardableServer,
  type Handler,
  type Protocol,
  protocolOf,
} from './server.ts'

/** Options of {@link guard}. */
export interface GuardOptions {
  /**
   * What happens to requests without a token: over stdio, or without a gate in front. `allow` lets
   * them do everything, as on the machine of the user. A token that another verifier accepted is
   * always denied: it says nothing that a policy could read. @defaultValue 'deny'
   */
  readonly unauthenticated?: 'deny' | 'allow'
  /**
   * What happens at `connect` where a rule names a tool or prompt that is not registered, or no rule
   * covers a registered one: it fails, or says so on the console. @defaultValue 'error'
   */
  readonly reconcile?: 'error' | 'warn' | 'off'
  /** For tests. @defaultValue the system's clock */
  readonly clock?: Clock
}

const OPTIONS: readonly string[] = [
  'unauthenticated',
  'reconcile',
  'clock',
] satisfies (keyof GuardOptions)[]

/**
 * Enforces a policy around the handlers of an MCP server: the same decisions as at the gate, also
 * for what reaches the server in another way. Lists show what the caller may use.
 *
 * Call it right after the constructor. Tools, prompts and resources may be registered, changed and
 * removed at any time afterwards. What a caller is not to learn of is answered as the SDK answers
 * unknown names; a lack of scopes by a tool error that names them (a JSON-RPC error for prompts and
 * resources), and by 403 behind a resource server of this package.
 *
 * It does NOT see what never reaches a handler: notifications, and what SDK v2 does by itself over
 * HTTP (`subscriptions/listen`, `scopeChallenge`, headers declared with `x-mcp-header`). The gate
 * decides before those, so give it the policy too. The names of a low-level `Server` are known only
 * to its own handlers: nothing is reconciled there, and they have their own words for unknown names.
 *
 * What fails in the policy is told to `onerror` of the low-level server, and to no client.
 *
 * @returns The same server.
 * @throws {ConfigError} `ERR_CONFIG_OPTION_TYPE` for anything but a server of the SDK and a policy;
 * `ERR_CONFIG_OPTIONS_CONFLICT` for a server that is guarded already. `connect` of the server
 * rejects with `ERR_CONFIG_POLICY_UNREGISTERED`, see `reconcile`.
 *
 * @example
 * ```ts
 * const server = guard(new McpServer({ name: 'repos', version: '1.0.0' }), policy)
 * server.registerTool('list_repos', config, listRepos)
 * ```
 */
export function guard<Server extends GuardableServer | GuardableMcpServer>(
  server: Server,
  policy: Policy,
  options: GuardOptions = {},
): Server {
  requireKnownOptions(options, OPTIONS, 'guard')
  const { unauthenticated = 'deny', reconcile = 'error', clock = systemClock } = options
  const protocol = protocolOf(server)
  if (typeof policy?.decide !== 'function') {
    throw new ConfigError('ERR_CONFIG_OPTION_TYPE', 'guard: policy (of definePolicy)')
  }
  const check = createReconciliation(server, policy, reconcile)
  const settings: Guard = {
    policy,
    allowUnauthenticated: unauthenticated === 'allow',
    clock,
    onError: (error) => reportError(protocol, error),
  }
  guardExistingHandlers(protocol, settings)
  guardRegistration(protocol, settings)
  guardFallback(protocol, settings)
  const connect = protocol.connect.bind(protocol)
  protocol.connect = async (...transport) => {
    check()
    return connect(...transport)
  }
  return server
}

/** To whom the SDK tells its own errors; a listener that throws changes no answer. */
function reportError({ onerror }: Protocol, error: Error): void {
  try {
    onerror?.(error)
  } catch {
    // Nobody is left to be told.
  }
}

type ParamsHandler = (params: HandlerRequest['params'], context: HandlerContext) => unknown

/** A capability that is declared in the options gets its handlers in the constructor. */
function guardExistingHandlers({ _requestHandlers: handlers }: Protocol, settings: Guard): void {
  for (const [method, handler] of handlers) handlers.set(method, guardHandler(handler, settings))
}

function guardRegistration(protocol: Protocol, settings: Guard): void {
  const setRequestHandler = protocol.setRequestHandler.bind(protocol)
  protocol.setRequestHandler = (...registration) => {
    const handler = registration.pop()
    const guarded =
      registration.length === 2
        ? guardParamsHandler(String(registration[0]), handler as ParamsHandler, settings)
        : guardHandler(handler as Handler, settings)
    setRequestHandler(...registration, typeof handler === 'function' ? guarded : handler)
  }
}

/** The handler of methods without one of their own. */
function guardFallback(protocol: Protocol, settings: Guard): void {
  let fallback = protocol.fallbackRequestHandler
  Object.defineProperty(protocol, 'fallbackRequestHandler', {
    configurable: true,
    enumerable: true,
    get: () => fallback && guardHandler(fallback, settings),
    set: (handler: Handler | undefined) => {
      fallback = handler
    },
  })
}

function guardHandler(handler: Handler, settings: Guard): Handler {
  return (request, context) =>
    handleGuarded(settings, request, context, () => handler(request, context))
}

/** SDK v2 gives handlers of methods that are not MCP's the parameters alone. */
function guardParamsHandler(
  method: string,
  handler: ParamsHandler,
  settings: Guard,
): ParamsHandler {
  return (params, context) =>
    handleGuarded(settings, { method, params }, context, () => handler(params, context))
}
