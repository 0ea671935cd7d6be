import { type IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { readJsonEvents } from '../../http/index.ts'

/** The body of a registration, or why it could not be read. */
export type RegistrationBody =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'malformed' | 'too_large' | 'not_json' }

const MAX_BYTES = 32 * 1024

/** Reads the body, whether or not a framework has read it before. Rejects where the client leaves. */
export async function readRegistration(req: IncomingMessage): Promise<RegistrationBody> {
  const type = req.headers['content-type'] ?? ''
  if (!/^application\/json\s*(?:;|$)/i.test(type)) return { kind: 'not_json' }
  if (req.readableEnded) return { kind: 'json', value: 'body' in req ? req.body : undefined }
  if (Number(req.headers['content-length'] ?? 0) > MAX_BYTES) return { kind: 'too_large' }
  return readJsonEvents(req, MAX_BYTES)
}

const UNSENT = ['authorization', 'content-encoding', 'transfer-encoding', 'expect']

/** A request like this one with another body, which `oidc-provider` reads as if it came that way. */
export function withBody(req: IncomingMessage, body: object): IncomingMessage {
  const bytes = Buffer.from(JSON.stringify(body))
  const copy = new IncomingMessage(req.socket)
  const { method, url, httpVersion, httpVersionMajor, httpVersionMinor } = req
  const headers: IncomingHttpHeaders = {
    ...req.headers,
    'content-length': String(bytes.byteLength),
  }
  for (const name of UNSENT) delete headers[name]
  // Where `oidc-provider` finds the path that it is mounted at.
  const mount = 'originalUrl' in req ? { originalUrl: req.originalUrl } : {}
  const facts = { method, url, httpVersion, httpVersionMajor, httpVersionMinor, headers }
  Object.assign(copy, facts, mount, { complete: true })
  copy.push(bytes)
  copy.push(null)
  return copy
}
