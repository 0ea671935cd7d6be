import type { ServerResponse } from 'node:http'
import type { Page } from '../../pages/index.ts'

/** Fields of every page and redirect of this server (RFC 9700 §4.2.4). */
export const PRIVATE_HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
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

/** Redirects with 303, so that a form is never sent on (RFC 9700 §4.12). */
export function sendRedirect(
  res: ServerResponse,
  location: string,
  cookies: readonly string[] = [],
): void {
  for (const [name, value] of Object.entries(PRIVATE_HEADERS)) res.setHeader(name, value)
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
