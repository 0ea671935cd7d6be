export type { ErrorCodeEntry } from './code-entry.ts'
export { ERROR_CODES, type ErrorCode } from './codes.ts'
export {
  ConfigError,
  DeniedError,
  GatehouseError,
  StorageError,
  UpstreamError,
} from './errors.ts'
export { findOwnError } from './find-own-error.ts'
