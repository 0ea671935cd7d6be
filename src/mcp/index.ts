export { hasAmbiguousMembers } from './ambiguous-members.ts'
export {
  errorResponse,
  forbiddenResponse,
  PARSE_ERROR_RESPONSE,
  type RequestId,
  requestIdOf,
} from './json-rpc.ts'
export { filterListBytes } from './list-bytes.ts'
export {
  type ItemList,
  type ListResult,
  listResultOf,
  taskListOf,
  updatedResourceOf,
} from './list-result.ts'
export { createMirroredParameters, type MirroredParameters } from './mirrored-parameters.ts'
export type { MessageFault, Messages, Operation, OperationKind } from './operation.ts'
export { readMessages } from './read-messages.ts'
export { isModernRevision } from './revision.ts'
export { createdTaskIdOf, mayCreateTask, taskIdsOf } from './task.ts'
