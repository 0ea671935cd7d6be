export { forbiddenResponse, type RequestId, requestIdOf } from './json-rpc.ts'
