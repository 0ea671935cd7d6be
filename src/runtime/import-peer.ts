import { ConfigError } from '../errors/index.ts'

/**
 * Loads an optional peer dependency when it is first needed, so that everything else works without
 * it.
 *
 * @param load Names the module literally, so that bundlers and type checkers see it.
 * @throws {ConfigError} `ERR_CONFIG_PEER_MISSING`
 */
export async function importPeer<Module>(
  name: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load()
  } catch (cause) {
    throw new ConfigError('ERR_CONFIG_PEER_MISSING', name, { cause })
  }
}
