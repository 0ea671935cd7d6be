export { forbiddenResponse, PARSE_ERROR_RESPONSE, type RequestId, requestIdOf } from './json-rpc.ts'
