import { asObject } from './json-rpc.ts'

/** Members that say what a message asks for. */
const OF_MESSAGES = new Set(['jsonrpc', 'id', 'method', 'params', 'result', 'error'])
const OF_PARAMETERS = new Set([
  '_meta',
  'arguments',
  'inputResponses',
  'name',
  'notifications',
  'ref',
  'requestState',
  'task',
  'taskId',
  'uri',
])
const FOLDED = new Set([...OF_MESSAGES, ...OF_PARAMETERS].map(fold))

/**
 * Whether a body has members that another parser could take for others: `Method` or `paramſ` where
 * names are compared without their case (Go's `encoding/json`), `method\0` where they end at a zero.
 * Whoever decides about a body that somebody else parses again has to refuse those.
 *
 * It looks at the members that MCP defines. It does NOT look into `arguments`, which are the tool's.
 */
export function hasAmbiguousMembers(body: unknown): boolean {
  const messages: readonly unknown[] = Array.isArray(body) ? body : [body]
  return messages.some((message) => {
    const params = asObject(message)?.['params']
    return isAmbiguous(message, OF_MESSAGES) || isAmbiguous(params, OF_PARAMETERS)
  })
}

function isAmbiguous(value: unknown, known: ReadonlySet<string>): boolean {
  const object = asObject(value)
  if (object === undefined) return false
  return Object.keys(object).some((name) => !known.has(name) && FOLDED.has(fold(name)))
}

/** What is left of a name where letters are compared loosely and what does not show is skipped. */
function fold(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/[\p{C}\s]/gu, '')
    .toLowerCase()
}
