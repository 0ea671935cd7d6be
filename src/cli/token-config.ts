import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { GatehouseError } from '../errors/index.ts'
import type { ResourceServer, ResourceServerOptions } from '../resource-server/index.ts'
import { CommandRefused } from './cli-errors.ts'
import type { CliIo } from './io.ts'
import { printable } from './plain-text.ts'

/**
 * Loads a module of the user, and returns the resource server that it exports or has options for.
 *
 * @param exportName Which export it is, where there are several.
 * @throws {CommandRefused} Where the module cannot be loaded, or has none or several.
 * @throws {ConfigError} For options that are refused.
 */
export async function loadResourceServer(
  file: string,
  exportName: string | undefined,
  io: CliIo,
): Promise<ResourceServer> {
  const { createResourceServer, isResourceServer } = await import('../resource-server/index.ts')
  const module = await load(resolve(io.cwd, file))
  const named = Object.entries(module).filter(
    ([name]) => exportName === undefined || name === exportName,
  )
  const found = named.filter(([, value]) => isResourceServer(value) || isOptions(value))
  const distinct = [...new Map(found.map(([name, value]) => [value, name]))]
  const [first, second] = distinct
  if (first === undefined) throw nothingFound(named.some(([, value]) => isForeign(value)))
  if (second !== undefined) {
    const names = distinct
      .map(([, name]) => name)
      .toSorted()
      .join(', ')
    throw new CommandRefused(`--config exports several: ${names}. Choose with --export <name>.`)
  }
  const [value] = first
  return isResourceServer(value) ? value : createResourceServer(value as ResourceServerOptions)
}

async function load(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>
  } catch (error) {
    if (error instanceof GatehouseError) throw error
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : 'it threw a value'
    throw new CommandRefused(`${path} cannot be loaded. ${printable(reason)}`)
  }
}

function isOptions(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'resource' in value &&
    'authorizationServers' in value &&
    !isForeign(value)
  )
}

/** Made by another copy of this package, whose inside cannot be seen from here. */
function isForeign(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'protectedResourceMetadata' in value
}

function nothingFound(hasForeign: boolean): CommandRefused {
  return new CommandRefused(
    hasForeign
      ? 'The resource server of --config is of another copy of mcp-gatehouse: export its options, or run the command of that copy.'
      : '--config exports neither a resource server nor the options of one. Export what `createResourceServer` gives or takes.',
  )
}
