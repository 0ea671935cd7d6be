import { configError } from '../options/index.ts'

const MIN_KEY_BYTES = 32
/** As many characters has the base64url of 32 bytes. */
const MIN_KEY_CHARACTERS = 43

/** @throws {ConfigError} `ERR_CONFIG_SECRET_TOO_SHORT` */
export function parseAuditKey(key: unknown): Uint8Array {
  const isLong =
    typeof key === 'string'
      ? key.length >= MIN_KEY_CHARACTERS
      : key instanceof Uint8Array && key.length >= MIN_KEY_BYTES
  if (!isLong) throw configError('ERR_CONFIG_SECRET_TOO_SHORT', 'key (of the audit log)')
  return typeof key === 'string' ? Buffer.from(key) : Uint8Array.from(key as Uint8Array)
}
