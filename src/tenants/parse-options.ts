import {
  configError,
  requireKnownOptions,
  requirePlainTypes,
  requireType,
} from '../options/index.ts'
import type { CreateTenantsOptions } from './options.ts'

const OPTIONS: readonly string[] = [
  'issuer',
  'storage',
  'options',
  'allowInsecureLoopback',
  'onEvent',
  'clock',
] satisfies (keyof CreateTenantsOptions)[]

/** @throws {ConfigError} */
export function parseOptions(options: CreateTenantsOptions): void {
  requireKnownOptions(options, OPTIONS, 'createTenants')
  requirePlainTypes(
    options,
    {
      boolean: ['allowInsecureLoopback'],
      function: ['options', 'onEvent'],
      object: ['storage', 'clock'],
    },
    '',
  )
  const { storage } = options
  requireType(typeof options.options === 'function', 'options', 'a function')
  requireType(typeof storage?.get === 'function', 'storage', 'an object')
  if (storage.isSealed !== true && storage.durability !== 'process') {
    throw configError('ERR_CONFIG_STORAGE_UNSEALED', 'storage')
  }
}
