import { readWebForm } from '../../http/index.ts'
import { MAX_FORM_BYTES, type PageAnswer, type PageRequest } from './page-request.ts'

/** Reads a web-standard request. */
export function fromWeb(request: Request): PageRequest {
  const { pathname, searchParams } = new URL(request.url)
  const header = (name: string): string | undefined => request.headers.get(name) ?? undefined
  return {
    method: request.method,
    path: pathname,
    query: searchParams,
    cookieHeader: header('cookie'),
    origin: header('origin'),
    fetchSite: header('sec-fetch-site'),
    readForm: () => readWebForm(request, MAX_FORM_BYTES),
  }
}

export function toWeb(method: string, { status, headers, cookies, body }: PageAnswer): Response {
  const fields = new Headers(headers)
  for (const cookie of cookies) fields.append('Set-Cookie', cookie)
  return new Response(method === 'HEAD' ? null : body, { status, headers: fields })
}
