import type { ServerResponse } from 'node:http'
import type { Page } from '../pages/index.ts'

/** Fields of every page and redirect of this server (RFC 9700 §4.2.4). */
export const PRIVATE_HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

/** Fields of every answer that can hold a credential (RFC 6749 §5.1). */
export const CREDENTIAL_HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  Pragma: 'no-cache',
}

/** When to try again what failed because something that is needed was away. */
export const RETRY_AFTER_SECONDS = 5

/** Sends a page. */
export function sendPage(
  res: ServerResponse,
  page: Page,
  headers: Readonly<Record<string, string>> = {},
): void {
  res.writeHead(page.status, { ...PRIVATE_HEADERS, ...page.headers, ...headers })
  res.end(page.html)
}

/** Sets fields of an answer that somebody else writes. */
export function setHeaders(res: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
}

/** Redirects with 303, so that a form is never sent on (RFC 9700 §4.12). */
export function sendRedirect(
  res: ServerResponse,
  location: string,
  cookies: readonly string[] = [],
): void {
  setHeaders(res, PRIVATE_HEADERS)
  for (const cookie of cookies) res.appendHeader('Set-Cookie', cookie)
  res.writeHead(303, { Location: location, 'Content-Length': '0' }).end()
}

/** Sends an OAuth error as JSON (RFC 6749 §5.2). */
export function sendOAuthError(
  res: ServerResponse,
  status: number,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  res.writeHead(status, {
    'Cache-Control': 'no-store',
    'Content-Type': 'application/json',
    ...headers,
  })
  res.end(JSON.stringify({ error }))
}
