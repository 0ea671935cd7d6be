import type { ServerResponse } from 'node:http'
import { CREDENTIAL_HEADERS } from '../browser/index.ts'

/** Sends JSON that no cache keeps (RFC 6749 §5.1). */
export function sendJson(
  res: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(body)
  res.writeHead(status, {
    ...CREDENTIAL_HEADERS,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  })
  res.end(text)
}
