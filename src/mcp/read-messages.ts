import { type Fault, invalidRequest, METHOD_NOT_FOUND } from './fault.ts'
import { type ReadHeader, readHeaderValue } from './header-value.ts'
import { type Call, parseMessage, requestIdOf } from './json-rpc.ts'
import { checkMirroredHeaders } from './mirrored-headers.ts'
import type { MessageFault, Messages, Operation } from './operation.ts'
import { readOperations } from './operations.ts'
import { claimsModernRevision, isModernRevision, readRevision } from './revision.ts'

/** As many as the official SDK takes. */
const MAX_BATCH = 100
const NO_BATCHES = invalidRequest('the revision has no batches')

/**
 * Reads what the messages of a body ask for, in every revision of MCP. From 2026-07-28 on the
 * header has to agree with the body; in older revisions its mirrors mean nothing and are ignored.
 *
 * Answers of the client to what the server asked are messages without an operation.
 *
 * It does NOT decide anything about the operations. It does NOT check that a server knows the
 * revision, nor refuse the batches that 2025-06-18 and 2025-11-25 abolished: each of their messages
 * is read like any other.
 *
 * @param body The parsed JSON. Every value is taken; nothing is thrown.
 * @param header Reads a field by its name in lower case, one value per line.
 */
export function readMessages(body: unknown, header: ReadHeader): Messages | MessageFault {
  const isBatch = Array.isArray(body)
  const read = isBatch ? readBatch(body, header) : readSingle(body, header)
  return 'code' in read ? { ...read, requestId: requestIdOf(body) } : { isBatch, ...read }
}

type Read = Pick<Messages, 'revision' | 'operations'> | Fault

function readSingle(body: unknown, header: ReadHeader): Read {
  const message = parseMessage(body)
  if (message === undefined) return invalidRequest('the body is no JSON-RPC message')
  return message.kind === 'response'
    ? { revision: undefined, operations: [] }
    : readCall(message, header)
}

function readCall(call: Call, header: ReadHeader): Read {
  const read = readRevision(call, header)
  if ('code' in read) return read
  const { revision } = read
  const fault = revision === undefined ? undefined : checkModernCall(call, header)
  if (fault !== undefined) return fault
  const operations = readOperations(call)
  return 'code' in operations ? operations : { revision, operations }
}

/** Methods that name something in older revisions, and that 2026-07-28 no longer has. */
const REMOVED_METHODS: ReadonlySet<string> = new Set([
  'resources/subscribe',
  'resources/unsubscribe',
  'tasks/list',
  'tasks/result',
])

function checkModernCall(call: Call, header: ReadHeader): Fault | undefined {
  return (
    checkMirroredHeaders(call, header) ??
    (REMOVED_METHODS.has(call.method) ? METHOD_NOT_FOUND : undefined)
  )
}

/** Batches are of 2025-03-26; no message of 2026-07-28 or later may come in one. */
function readBatch(body: readonly unknown[], header: ReadHeader): Read {
  if (body.length === 0) return invalidRequest('the batch is empty')
  if (body.length > MAX_BATCH)
    return invalidRequest(`the batch has more than ${MAX_BATCH} messages`)
  const named = readHeaderValue(header('mcp-protocol-version'))
  if (named.kind === 'value' && isModernRevision(named.value)) return NO_BATCHES

  const operations: Operation[] = []
  for (const element of body) {
    const message = parseMessage(element)
    if (message === undefined) return invalidRequest('the batch has what is no JSON-RPC message')
    if (message.kind === 'response') continue
    if (claimsModernRevision(message)) return NO_BATCHES
    const read = readCall(message, header)
    if ('code' in read) return read
    operations.push(...read.operations)
  }
  return { revision: undefined, operations }
}
