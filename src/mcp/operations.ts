import { type Fault, invalidParams } from './fault.ts'
import { asObject, type Call, type JsonObject } from './json-rpc.ts'
import type { Operation, OperationKind } from './operation.ts'
import { isAmbiguous, spellingsOf } from './resource-uri.ts'

/** How many resources or tasks one `subscriptions/listen` may name. */
const MAX_SUBSCRIPTIONS = 1_000
const NO_ARGUMENTS: JsonObject = Object.freeze({})
const BAD_URI = invalidParams('the URI is malformed or ambiguous')

type ReadOperations = (call: Call, params: JsonObject) => readonly Operation[] | Fault

/** Methods that name something; what all others ask for is the method itself. */
const READERS: ReadonlyMap<string, ReadOperations> = new Map([
  ['tools/call', (call, params) => readNamed(call, params, 'tool')],
  ['prompts/get', (call, params) => readNamed(call, params, 'prompt')],
  ['resources/read', readResource],
  ['resources/subscribe', readResource],
  ['resources/unsubscribe', readResource],
  ['completion/complete', readCompletion],
  ['subscriptions/listen', readListen],
  ['tasks/get', readTask],
  ['tasks/result', readTask],
  ['tasks/update', readTask],
  ['tasks/cancel', readTask],
] satisfies [string, ReadOperations][])

/**
 * What a message asks for, in every revision. Parameters that would leave open what is named are a
 * fault; those of methods that name nothing are left to the server.
 */
export function readOperations(call: Call): readonly Operation[] | Fault {
  const read = READERS.get(call.method)
  if (read === undefined) return [methodOperation(call)]
  const params = asObject(call.params)
  return params === undefined ? invalidParams('params is no object') : read(call, params)
}

function operation(
  { method, requestId }: Call,
  kind: OperationKind,
  name: string,
  args: JsonObject = NO_ARGUMENTS,
): Operation {
  return { kind, method, name, args, requestId }
}

function methodOperation(call: Call): Operation {
  return operation(call, 'method', call.method)
}

/** Whatever else the parameters ask for (`task`, `inputResponses`): it is this tool or prompt. */
function readNamed(
  call: Call,
  { name, arguments: given = NO_ARGUMENTS }: JsonObject,
  kind: 'tool' | 'prompt',
): readonly Operation[] | Fault {
  if (typeof name !== 'string') return invalidParams('name is no string')
  const args = asObject(given)
  return args === undefined
    ? invalidParams('arguments is no object')
    : [operation(call, kind, name, args)]
}

function readResource(call: Call, { uri }: JsonObject): readonly Operation[] | Fault {
  const spellings = typeof uri === 'string' ? spellingsOf(uri) : undefined
  return spellings?.map((spelling) => operation(call, 'resource', spelling)) ?? BAD_URI
}

/** Servers look a template up by its text, so it has one spelling. */
function readCompletion(call: Call, { ref }: JsonObject): readonly Operation[] | Fault {
  const { type, name, uri } = asObject(ref) ?? {}
  if (type === 'ref/prompt' && typeof name === 'string') return [operation(call, 'prompt', name)]
  if (type === 'ref/resource' && typeof uri === 'string') {
    return isAmbiguous(uri) ? BAD_URI : [operation(call, 'resource', uri)]
  }
  return invalidParams('ref names neither a prompt nor a resource')
}

function readListen(call: Call, { notifications }: JsonObject): readonly Operation[] | Fault {
  const filter = asObject(notifications)
  if (filter === undefined) return invalidParams('notifications is no object')
  const { resourceSubscriptions = [], taskIds = [] } = filter
  if (!isShortList(resourceSubscriptions) || !isShortList(taskIds)) {
    return invalidParams('a list of subscriptions is malformed or too long')
  }
  const operations = [methodOperation(call)]
  for (const uri of resourceSubscriptions) {
    const spellings = spellingsOf(uri)
    if (spellings === undefined) return BAD_URI
    for (const spelling of spellings) operations.push(operation(call, 'resource', spelling))
  }
  return operations
}

function isShortList(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length <= MAX_SUBSCRIPTIONS &&
    value.every((entry) => typeof entry === 'string')
  )
}

function readTask(call: Call, { taskId }: JsonObject): readonly Operation[] | Fault {
  return typeof taskId === 'string' ? [methodOperation(call)] : invalidParams('taskId is no string')
}
