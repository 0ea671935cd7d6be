import type { IncomingMessage, ServerResponse } from 'node:http'
import { readForm, splitTarget } from '../../http/index.ts'
import { MAX_FORM_BYTES, type PageAnswer, type PageRequest } from './page-request.ts'

/** Reads a request of node:http, and of what is built on it. */
export function fromNode(req: IncomingMessage): PageRequest {
  const { path, query } = splitTarget(req)
  const { cookie, origin } = req.headers
  const fetchSite = req.headers['sec-fetch-site']
  return {
    method: req.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    cookieHeader: cookie,
    origin,
    fetchSite: typeof fetchSite === 'string' ? fetchSite : undefined,
    readForm: () => readForm(req, MAX_FORM_BYTES),
  }
}

export function sendNode(res: ServerResponse, method: string, answer: PageAnswer): void {
  const { status, headers, cookies, body } = answer
  if (cookies.length > 0) res.appendHeader('Set-Cookie', [...cookies])
  const length = String(new TextEncoder().encode(body).length)
  res.writeHead(status, { ...headers, 'Content-Length': length })
  res.end(method === 'HEAD' ? undefined : body)
}
