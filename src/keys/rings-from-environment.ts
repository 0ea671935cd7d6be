import { ConfigError } from '../errors/index.ts'
import { requireKnownOptions } from '../options/index.ts'
import { createKeyRing, type KeyRing, type KeyRingOptions } from './key-ring.ts'
import { keysFromEnvironment } from './keys-from-environment.ts'
import { type KeyFileOptions, keysFromFile } from './keys-from-file.ts'

/** Options of {@link encryptionKeysFromEnvironment} and {@link storageKeysFromEnvironment}. */
export interface RingFromEnvironmentOptions
  extends Pick<KeyFileOptions, 'allowGroupRead'>,
    Pick<KeyRingOptions, 'clock' | 'onError'> {
  /** Where the variables are looked up. @defaultValue `process.env` */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

const OPTIONS: readonly string[] = [
  'allowGroupRead',
  'clock',
  'environment',
  'onError',
] satisfies (keyof RingFromEnvironmentOptions)[]

/**
 * The key ring for `encryption` from the file that `MCP_KEY_FILE_PATH` names, as
 * mcp-auth-middleware reads it: a private JSON Web Key Set, or a single JSON Web Key. Of a set
 * without status the first key is the current one, and the others are accepted too.
 *
 * A key that mcp-auth-middleware has made is for RSA-OAEP, which `jweVerifier` accepts with
 * `allowLegacyRsaOaep`.
 *
 * @throws {ConfigError} `ERR_CONFIG_KEY_FILE`, also where the variable is not set: a server without
 *   keys could admit nobody; `ERR_CONFIG_KEY_INVALID`
 */
export async function encryptionKeysFromEnvironment(
  options: RingFromEnvironmentOptions = {},
): Promise<KeyRing> {
  requireKnownOptions(options, OPTIONS, 'encryptionKeysFromEnvironment')
  const path = readVariable('MCP_KEY_FILE_PATH', options)
  if (path === undefined) {
    throw new ConfigError('ERR_CONFIG_KEY_FILE', 'MCP_KEY_FILE_PATH (not set)')
  }
  return ringFromFile('encryption', path, options)
}

/**
 * The key ring for `storage` that `STORAGE_ENCRYPTION_KEY` holds, or the file that
 * `STORAGE_ENCRYPTION_KEY_PATH` names; `undefined` where neither is set, or set to nothing.
 *
 * Either is what `mcp-gatehouse keys storage` has made, or a key as mcp-authkit has it: 32 random
 * bytes in base64url, which is the text of a Fernet key. The raw bytes and other lengths are
 * refused. It does NOT decrypt what mcp-authkit has stored: that is another format.
 *
 * @throws {ConfigError} `ERR_CONFIG_OPTIONS_CONFLICT` where both are set; `ERR_CONFIG_KEY_FILE`;
 *   `ERR_CONFIG_KEY_INVALID`
 */
export async function storageKeysFromEnvironment(
  options: RingFromEnvironmentOptions = {},
): Promise<KeyRing | undefined> {
  requireKnownOptions(options, OPTIONS, 'storageKeysFromEnvironment')
  const value = readVariable('STORAGE_ENCRYPTION_KEY', options)
  const path = readVariable('STORAGE_ENCRYPTION_KEY_PATH', options)
  if (value !== undefined && path !== undefined) {
    const both = 'STORAGE_ENCRYPTION_KEY and STORAGE_ENCRYPTION_KEY_PATH'
    throw new ConfigError('ERR_CONFIG_OPTIONS_CONFLICT', both)
  }
  if (path !== undefined) return ringFromFile('storage', path, options)
  if (value === undefined) return undefined
  const source = keysFromEnvironment('STORAGE_ENCRYPTION_KEY', options.environment)
  return createKeyRing({ use: 'storage', source, ...ringOptions(options) })
}

async function ringFromFile(
  use: KeyRingOptions['use'],
  path: string,
  { allowGroupRead = false, ...options }: RingFromEnvironmentOptions,
): Promise<KeyRing> {
  const source = keysFromFile(path, { allowGroupRead, allowSingleKey: true })
  return createKeyRing({ use, source, ...ringOptions(options) })
}

function ringOptions({
  clock,
  onError,
}: RingFromEnvironmentOptions): Pick<KeyRingOptions, 'clock' | 'onError'> {
  return { ...(clock !== undefined && { clock }), ...(onError !== undefined && { onError }) }
}

/** In an environment, a variable that is set to nothing is one that is not set. */
function readVariable(
  name: string,
  { environment = globalThis.process?.env ?? {} }: RingFromEnvironmentOptions,
): string | undefined {
  return environment[name]?.trim() || undefined
}
