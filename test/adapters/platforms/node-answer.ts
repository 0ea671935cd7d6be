import type { ServerResponse } from 'node:http'
import { type HandlerAnswer, NOT_FOUND } from './app.ts'

/** Writes a handler's answer beside the fields that the gate has set. */
export async function writeAnswer(
  response: ServerResponse,
  { status = 200, headers = [], body = '' }: HandlerAnswer,
): Promise<void> {
  response.statusCode = status
  for (const [name, value] of headers) response.appendHeader(name, value)
  if (typeof body === 'string') {
    response.end(body)
    return
  }
  response.flushHeaders()
  for await (const chunk of body) response.write(chunk)
  response.end()
}

export function writeNotFound(response: ServerResponse): void {
  response.writeHead(404, { 'Content-Type': 'application/json' }).end(NOT_FOUND)
}
