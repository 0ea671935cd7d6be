import { ConfigError } from '../../errors/index.ts'
import { requireType } from '../../options/index.ts'
import type { ConnectionsCore } from '../connections.ts'

/**
 * The services that are needed, each once.
 *
 * @param owner The function that they were given to, for the message.
 * @throws {ConfigError} `ERR_CONFIG_SERVICE_UNKNOWN`, `ERR_CONFIG_OPTION_TYPE`
 */
export function readServices(
  { settings: { services } }: ConnectionsCore,
  names: string | readonly string[],
  owner: string,
): readonly string[] {
  const list = typeof names === 'string' ? [names] : names
  requireType(
    Array.isArray(list) && list.length > 0,
    `${owner}: services`,
    'a name, or a list of names',
  )
  for (const name of list) {
    if (!services.has(name)) {
      throw new ConfigError('ERR_CONFIG_SERVICE_UNKNOWN', `${owner}: ${name}`)
    }
  }
  return [...new Set(list)]
}
