import type { ServerResponse } from 'node:http'

/** An answer to a registration that does not reach `oidc-provider`. */
export interface RegistrationAnswer {
  readonly status: number
  readonly body: object
  readonly headers?: Readonly<Record<string, string>>
}

/** A refusal, and why for the audit event. */
export interface RefusalAnswer extends RegistrationAnswer {
  readonly reason: string
}

/** An error answer (RFC 7591 §3.2.2; RFC 6750 §3 for 401 and 403). */
export function errorAnswer(
  status: number,
  error: string,
  description: string,
  details: { readonly headers?: Readonly<Record<string, string>>; readonly reason?: string } = {},
): RefusalAnswer {
  return {
    status,
    body: { error, error_description: description },
    headers: details.headers ?? {},
    reason: details.reason ?? error,
  }
}

/** 429 or 503: the same request may succeed later. */
export function laterAnswer(status: 429 | 503, seconds: number, reason: string): RefusalAnswer {
  const description =
    status === 429
      ? 'too many registrations; try again later'
      : 'something that this needs cannot be reached; try again later'
  const headers = { 'Retry-After': String(seconds) }
  return errorAnswer(status, 'temporarily_unavailable', description, { headers, reason })
}

export function sendAnswer(res: ServerResponse, answer: RegistrationAnswer): void {
  const body = JSON.stringify(answer.body)
  res.writeHead(answer.status, {
    'Cache-Control': 'no-store',
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'X-Content-Type-Options': 'nosniff',
    ...answer.headers,
  })
  res.end(body)
}
