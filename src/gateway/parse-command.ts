import { basename } from 'node:path'
import { ConfigError } from '../errors/index.ts'
import { requireKnownOptions, requireList, requireNumber, requireType } from '../options/index.ts'
import type {
  CommandUpstreamOptions,
  GatewayUpstreamOptions,
  RouteDefaults,
  RouteOptions,
} from './options.ts'
import type { CommandSettings } from './settings.ts'
import { findUnfitVariable, isArgument, isVariableName } from './stdio/variables.ts'

const OPTIONS: readonly string[] = [
  'command',
  'args',
  'cwd',
  'env',
  'inheritEnv',
  'maxProcesses',
  'maxProcessesPerPrincipal',
  'maxIdleSeconds',
  'startTimeoutSeconds',
  'responseTimeoutSeconds',
] satisfies (keyof CommandUpstreamOptions)[]

/** What is about header fields, of which a process has none. */
const ABOUT_HTTP = [
  'connections',
  'credentials',
  'upstreamHeaders',
  'requestHeaders',
  'responseHeaders',
] satisfies (keyof RouteOptions)[]

const PAUSE_SECONDS = 60
const DEFAULT_MESSAGE_BYTES = 16_777_216

type Upstream = string | GatewayUpstreamOptions | CommandUpstreamOptions

export function isCommand(upstream: Upstream): upstream is CommandUpstreamOptions {
  return typeof upstream === 'object' && upstream !== null && 'command' in upstream
}

/**
 * @param own The route itself.
 * @param merged The route with what is common to all.
 */
export function parseCommand(
  given: CommandUpstreamOptions,
  own: Partial<RouteOptions>,
  merged: RouteDefaults,
): CommandSettings {
  requireKnownOptions(given, OPTIONS, 'upstream')
  const { args, command, cwd, env = {}, inheritEnv } = given
  if (!isArgument(command) || command.trim() === '') refuse('upstream.command')
  if (cwd !== undefined && (!isArgument(cwd) || cwd === '')) refuse('upstream.cwd')
  const list = requireList(args, 'upstream.args')
  if (!list.every(isArgument)) refuse('upstream.args')
  const inherited = requireList(inheritEnv, 'upstream.inheritEnv')
  if (!inherited.every(isVariableName)) refuse('upstream.inheritEnv')
  const about = ABOUT_HTTP.find((name) => own[name] !== undefined)
  if (about !== undefined) refuse(about)
  if (typeof own.identity === 'object') refuse('identity')
  const name = `stdio:${basename(command)}`
  return {
    command,
    args: list,
    cwd,
    env: typeof env === 'function' ? env : parseVariables(env),
    inheritEnv: inherited,
    ...parseNumbers(given),
    maxMessageBytes: merged.maxAnswerBytes ?? DEFAULT_MESSAGE_BYTES,
    tellsCaller: merged.identity !== 'none',
    url: name,
    origin: name,
    idleTimeoutSeconds: PAUSE_SECONDS,
  }
}

function parseNumbers(given: CommandUpstreamOptions) {
  const number = (
    name: Exclude<keyof CommandUpstreamOptions, 'args' | 'command' | 'cwd' | 'env' | 'inheritEnv'>,
    maximum: number,
    defaultValue: number,
  ): number => requireNumber(given[name], [1, maximum], `upstream.${name}`, defaultValue)
  return {
    maxProcesses: number('maxProcesses', 10_000, 100),
    maxProcessesPerPrincipal: number('maxProcessesPerPrincipal', 1_000, 10),
    maxIdleSeconds: number('maxIdleSeconds', 86_400, 300),
    startTimeoutSeconds: number('startTimeoutSeconds', 600, 30),
    responseTimeoutSeconds: number('responseTimeoutSeconds', 86_400, 300),
  }
}

function parseVariables(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  requireType(typeof env === 'object' && env !== null, 'upstream.env', 'an object or a function')
  const unfit = findUnfitVariable(env)
  if (unfit !== undefined) refuse(`upstream.env.${unfit}`)
  return env
}

function refuse(option: string): never {
  throw new ConfigError('ERR_CONFIG_GATEWAY_COMMAND', option)
}
