import { PARSE_ERROR_RESPONSE } from '../mcp/index.ts'
import { jsonAnswer } from './answer.ts'
import type { InboundRequest } from './inbound-request.ts'
import type { JsonBody } from './json-body.ts'

/** A body as it is handed to the handler, or the answer to one that cannot be. */
export type Message = { readonly parsedBody: unknown } | Response

const NO_BODY: Message = { parsedBody: undefined }

/**
 * Reads the message of an admitted request, so that the handler need not: a POST with a body,
 * which the gate only admits as JSON. Every other request is left as it is.
 */
export async function readMessage(
  request: Pick<InboundRequest, 'method' | 'hasBody'>,
  read: () => Promise<JsonBody>,
): Promise<Message> {
  if (request.method !== 'POST' || !request.hasBody()) return NO_BODY
  const body = await read()
  switch (body.kind) {
    case 'json':
      return { parsedBody: body.value }
    case 'malformed':
      return jsonAnswer(400, PARSE_ERROR_RESPONSE)
    case 'too_large':
      return jsonAnswer(
        413,
        { error: 'invalid_request', error_description: 'The body is larger than 4 MiB.' },
        // What follows on this connection would be the rest of the body.
        { Connection: 'close' },
      )
    default:
      return body satisfies never
  }
}
