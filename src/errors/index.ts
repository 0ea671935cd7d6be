export { ERROR_CODES, type ErrorCode, type ErrorCodeEntry } from './codes.ts'
export { ConfigError, GatehouseError, UpstreamError } from './errors.ts'
