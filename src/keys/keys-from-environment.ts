import { ConfigError } from '../errors/index.ts'
import { type KeySource, parseKeyText } from './key-source.ts'
import type { StoredKeys } from './key-use.ts'

/**
 * Reads keys from an environment variable, once: a private JSON Web Key or a set of them, as JSON or
 * as base64(url) of it, or a single symmetric key of 32 bytes as hex or base64(url).
 *
 * @param environment Where the variable is looked up. @defaultValue `process.env`
 * @throws {ConfigError} `ERR_CONFIG_KEY_INVALID` from `read()`, where the variable is not set or
 *   holds neither; its value is in no message.
 */
export function keysFromEnvironment(
  variable: string,
  environment: Readonly<Record<string, string | undefined>> = globalThis.process?.env ?? {},
): KeySource {
  const name = `Environment variable ${variable}`
  let document: StoredKeys | undefined
  return {
    name,
    checkSeconds: Infinity,
    recheckSeconds: Infinity,
    async read() {
      document ??= readVariable(environment[variable]?.trim() ?? '', name)
      return document
    },
  }
}

function readVariable(value: string, name: string): StoredKeys {
  if (value === '') throw new ConfigError('ERR_CONFIG_KEY_INVALID', `${name} (not set)`)
  return parseKeyText(value, 'ERR_CONFIG_KEY_INVALID', name)
}
