import { type Fault, headerMismatch } from './fault.ts'
import { type ReadHeader, readEncodedHeaderValue, readHeaderValue } from './header-value.ts'
import { asObject, type Call } from './json-rpc.ts'

/** Which parameter `Mcp-Name` mirrors (SEP-2243; SEP-2663 for tasks). */
const NAME_FIELDS: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
])

/**
 * Compares `Mcp-Method` and `Mcp-Name` with the body. A request has to carry them; a notification
 * may, since the specification says nothing of those.
 *
 * It does NOT look at messages of older revisions, in which these fields mean nothing.
 *
 * @see MCP 2026-07-28, "Standard Request Headers" and "Server Validation"
 */
export function checkMirroredHeaders(call: Call, header: ReadHeader): Fault | undefined {
  const isRequired = call.requestId !== undefined
  const method = readHeaderValue(header('mcp-method'))
  if (method.kind === 'value' ? method.value !== call.method : isWrong(method.kind, isRequired)) {
    return headerMismatch('Mcp-Method is not the method of the body')
  }

  const field = NAME_FIELDS.get(call.method)
  if (field === undefined) return undefined
  const named = asObject(call.params)?.[field]
  const name = readEncodedHeaderValue(header('mcp-name'))
  if (name.kind === 'value' ? name.value !== named : isWrong(name.kind, isRequired)) {
    return headerMismatch(`Mcp-Name is not the ${field} of the body`)
  }
  return undefined
}

function isWrong(kind: 'absent' | 'malformed', isRequired: boolean): boolean {
  return isRequired || kind === 'malformed'
}
