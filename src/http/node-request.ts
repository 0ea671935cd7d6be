import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BodySource } from './body-source.ts'
import { type InboundRequest, parseTarget } from './inbound-request.ts'
import { peekJsonBody, readJsonEvents } from './json-body.ts'

/**
 * Reads a request of `node:http` or `node:http2` without building a web request from it.
 *
 * Lines are taken from the raw fields, since Node keeps only the first of two `Authorization`
 * lines and accepts two `Host` lines.
 *
 * @param target The request target where a framework has rewritten `message.url`.
 */
export function fromIncomingMessage(
  message: IncomingMessage,
  target: string = message.url ?? '/',
): InboundRequest {
  return {
    method: message.method ?? 'GET',
    ...parseTarget(target),
    header: (name) => fieldLines(message.rawHeaders, name),
    // HTTP/2 frames its bodies; no field tells whether there is one.
    hasBody: () =>
      message.httpVersionMajor >= 2 ||
      message.headers['transfer-encoding'] !== undefined ||
      Number(message.headers['content-length'] ?? 0) > 0,
    peer: message.socket.remoteAddress,
  }
}

/** `name` in lower case; HTTP/2 has the host in `:authority` (RFC 9113 §8.3.1). */
function fieldLines(rawHeaders: readonly string[], name: string): string[] {
  const lines: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const field = rawHeaders[at] ?? ''
    const isWanted = field.length === name.length && field.toLowerCase() === name
    if (isWanted || (name === 'host' && field === ':authority'))
      lines.push(rawHeaders[at + 1] ?? '')
  }
  return lines
}

/** The body of a message, which is gone from its stream once it has been read here. */
export function bodyOf(message: IncomingMessage, parsed?: unknown): BodySource {
  return {
    parsed,
    read: (maxBytes) => readJsonEvents(message, maxBytes),
    peek: () => peekJsonBody(message),
  }
}

/** Writes a refusal, or any other answer whose body is a short text. */
export async function sendResponse(answer: Response, response: ServerResponse): Promise<void> {
  response.statusCode = answer.status
  for (const [name, value] of answer.headers) response.setHeader(name, value)
  response.end(await answer.text())
}
