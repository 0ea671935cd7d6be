import type { Page } from '../../pages/index.ts'
import type { PageAnswer } from './page-request.ts'

const PRIVATE_HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

export function pageAnswer(
  { status, headers, html }: Page,
  cookies: readonly string[] = [],
): PageAnswer {
  return { status, headers: { ...PRIVATE_HEADERS, ...headers }, cookies, body: html }
}

/** Redirects with 303, so that a form is never sent on (RFC 9700 §4.12). */
export function redirect(location: string, cookies: readonly string[] = []): PageAnswer {
  return { status: 303, headers: { ...PRIVATE_HEADERS, Location: location }, cookies, body: '' }
}

export function methodNotAllowed(allowed: readonly string[]): PageAnswer {
  const headers = { ...PRIVATE_HEADERS, Allow: allowed.join(', ') }
  return { status: 405, headers, cookies: [], body: '' }
}
