import type { MessageConnections } from '../connections/index.ts'
import { isObject } from '../runtime/index.ts'
import { parseKeepingNumbers } from './exact-numbers.ts'

/**
 * Takes out of a call what its client sends back to the gateway, and not to the upstream: the state
 * of a question about a connection, and what the user said to it.
 */
export function withoutOwnState(
  body: string | Buffer | undefined,
  parsedBody: unknown,
  { isOwnState }: Pick<MessageConnections, 'isOwnState'>,
): string | Buffer | undefined {
  const params = isObject(parsedBody) ? parsedBody['params'] : undefined
  if (body === undefined || !isObject(params) || !isOwnState(params['requestState'])) return body
  const message = parseKeepingNumbers(body.toString()) as { readonly params: object }
  const {
    requestState: _state,
    inputResponses: _said,
    ...rest
  } = message.params as {
    readonly requestState?: unknown
    readonly inputResponses?: unknown
  }
  return JSON.stringify({ ...message, params: rest })
}
