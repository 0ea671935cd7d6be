import { ConfigError } from '../errors/index.ts'
import type { Policy } from '../policy/index.ts'
import {
  type GuardableMcpServer,
  type GuardableServer,
  type RegisteredNames,
  registeredNames,
} from './server.ts'

/** Checks of guarded servers, by the server. */
const checks = new WeakMap<object, () => void>()

/** The names that each policy was found to fit last, since many servers are built for one policy. */
const fitting = new WeakMap<Policy, RegisteredNames>()

/**
 * Compares the policy of a guarded server with what is registered at it: `connect` does so too.
 * Call it when the process starts, where servers are built per request.
 *
 * @throws {ConfigError} `ERR_CONFIG_POLICY_UNREGISTERED` names every rule for a tool or prompt that
 * does not exist, and every tool or prompt without a rule; `ERR_CONFIG_OPTION_TYPE` for a server
 * that is not guarded.
 *
 * @example
 * ```ts
 * reconcile(buildServer())
 * const handler = createMcpHandler(buildServer)
 * ```
 */
export function reconcile(server: GuardableServer | GuardableMcpServer): void {
  const check = checks.get(server)
  if (check === undefined) {
    throw new ConfigError('ERR_CONFIG_OPTION_TYPE', 'reconcile: server (of guard)')
  }
  check()
}

/**
 * Remembers how `server` is checked, and returns it.
 *
 * @throws {ConfigError} `ERR_CONFIG_OPTIONS_CONFLICT` for a server that is guarded already
 */
export function createReconciliation(
  server: GuardableServer | GuardableMcpServer,
  policy: Policy,
  mode: 'error' | 'warn' | 'off',
): () => void {
  const protocol = 'server' in server ? server.server : server
  if (checks.has(protocol)) {
    throw new ConfigError('ERR_CONFIG_OPTIONS_CONFLICT', 'guard: the server is guarded already')
  }
  const check = (): void => {
    const names = mode === 'off' ? undefined : registeredNames(server)
    if (names === undefined || isSame(names, fitting.get(policy))) return
    const misfits = findMisfits(policy, names)
    if (misfits.length > 0 && mode !== 'warn') {
      throw new ConfigError('ERR_CONFIG_POLICY_UNREGISTERED', `policy (${misfits.join('; ')})`)
    }
    // oxlint-disable-next-line no-console -- it was asked for
    if (misfits.length > 0) console.warn(`mcp-gatehouse: ${misfits.join('; ')}`)
    fitting.set(policy, names)
  }
  checks.set(server, check)
  checks.set(protocol, check)
  return check
}

function findMisfits(policy: Policy, names: RegisteredNames): readonly string[] {
  return [...misfitsOf(policy, 'tool', names.tools), ...misfitsOf(policy, 'prompt', names.prompts)]
}

function misfitsOf(
  policy: Policy,
  kind: 'tool' | 'prompt',
  registered: readonly string[],
): readonly string[] {
  const used = new Set(registered.map((name) => policy.ruleFor(kind, name)))
  const unused = policy.ruleNames(kind).filter((key) => !used.has(key))
  const uncovered =
    policy.unlisted === 'deny' ? registered.filter((name) => !policy.hasRule(kind, name)) : []
  return [
    finding(`no ${kind} is registered for the rule`, unused),
    finding(`no rule covers the ${kind}`, uncovered),
  ].filter((text) => text !== undefined)
}

function finding(what: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined
  return `${what} ${names.map((name) => JSON.stringify(name)).join(', ')}`
}

/** Servers that one function builds have their names in the same order. */
function isSame(names: RegisteredNames, known: RegisteredNames | undefined): boolean {
  if (known === undefined) return false
  return isSameList(names.tools, known.tools) && isSameList(names.prompts, known.prompts)
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index])
}
