import type { Principal } from '../../principal/index.ts'
import { isObject } from '../../runtime/index.ts'
import type { CommandSettings } from '../settings.ts'
import { ProcessFailure } from './process-failure.ts'
import { findUnfitVariable } from './variables.ts'

/** What programs need to run at all, and nothing that is a secret. */
const INHERITED: readonly string[] = [
  'HOME',
  'LANG',
  'LC_ALL',
  'LOGNAME',
  'PATH',
  'SHELL',
  'TERM',
  'TMPDIR',
  'TZ',
  'USER',
]

export interface ChildEnvironment {
  readonly variables: Readonly<Record<string, string>>
  /** The values that nobody else knows. */
  readonly secrets: readonly string[]
}

/**
 * Builds the environment of a process: what programs need, what is named of the gateway's own, who the
 * process is for, and what the options give it. The later ones win.
 *
 * @throws {ProcessFailure} where the options find none for this caller
 */
export async function buildEnvironment(
  settings: CommandSettings,
  caller: Principal,
  own: NodeJS.ProcessEnv = process.env,
): Promise<ChildEnvironment> {
  const environment: Record<string, string> = {}
  for (const name of [...INHERITED, ...settings.inheritEnv]) {
    const value = own[name]
    if (value !== undefined) environment[name] = value
  }
  if (settings.tellsCaller) Object.assign(environment, describeCaller(caller))
  const given = await givenTo(settings, caller)
  const named = settings.inheritEnv.map((name) => environment[name] ?? '')
  return {
    variables: Object.assign(environment, given),
    secrets: [...Object.values(given), ...named],
  }
}

/** Nothing of it is a secret, and nothing changes from one token of the caller to the next. */
function describeCaller({ clientId, id, issuer, subject, tenant }: Principal) {
  return {
    GATEHOUSE_PRINCIPAL: id,
    GATEHOUSE_ISSUER: issuer,
    ...(subject !== undefined && { GATEHOUSE_SUBJECT: subject }),
    ...(clientId !== undefined && { GATEHOUSE_CLIENT_ID: clientId }),
    ...(tenant !== undefined && { GATEHOUSE_TENANT: tenant }),
  }
}

async function givenTo({ env }: CommandSettings, principal: Principal) {
  if (typeof env !== 'function') return env
  const given = await ask(env, principal)
  if (!isObject(given)) {
    throw new ProcessFailure('STDIO_CREDENTIALS', '`env` gave no object for this caller.')
  }
  const unfit = findUnfitVariable(given)
  if (unfit === undefined) return given as Readonly<Record<string, string>>
  const message = `\`env\` gave a name or a value that no process can have: ${unfit}`
  throw new ProcessFailure('STDIO_CREDENTIALS', message)
}

async function ask(
  env: Extract<CommandSettings['env'], (...args: never) => unknown>,
  principal: Principal,
): Promise<unknown> {
  try {
    return await env({ principal })
  } catch (cause) {
    throw new ProcessFailure('STDIO_CREDENTIALS', '`env` failed for this caller.', { cause })
  }
}
