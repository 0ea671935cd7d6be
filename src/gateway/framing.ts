import type { IncomingMessage } from 'node:http'

/** What follows the header of a request. */
export interface Framing {
  readonly hasBody: boolean
  /** In bytes; `undefined` for chunks, which tell no length. */
  readonly length: number | undefined
}

/** Why a request is not read any further. Its connection is closed: who knows where the next begins. */
export interface FramingFault {
  readonly status: 400 | 415 | 501
  readonly reason: string
}

const BAD: FramingFault = { status: 400, reason: 'framing' }
const UNKNOWN_CODING: FramingFault = { status: 501, reason: 'transfer_coding' }
const ENCODED: FramingFault = { status: 415, reason: 'content_encoding' }
const CHARSET: FramingFault = { status: 415, reason: 'charset' }
const WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS'])

/**
 * Reads what follows the header, and refuses what Node lets through about where a request ends and how its body is written: transfer
 * codings other than `chunked`, which it hands on without reading them, repeated lengths, and bodies
 * of methods that have none.
 *
 * It does NOT check what Node's parser refuses by itself as long as nobody makes it lenient.
 *
 * @see [RFC 9112 §6](https://www.rfc-editor.org/rfc/rfc9112.html#section-6)
 */
export function readFraming(message: IncomingMessage): Framing | FramingFault {
  const { rawHeaders, method = '' } = message
  let lengths = 0
  let codings = 0
  let length = ''
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    // By length first: nearly every field is another one.
    if (name.length === 14 && name.toLowerCase() === 'content-length') {
      lengths += 1
      length = rawHeaders[at + 1] ?? ''
    } else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') {
      codings += 1
      if ((rawHeaders[at + 1] ?? '').toLowerCase() !== 'chunked') return UNKNOWN_CODING
    } else if (name.length === 16 && name.toLowerCase() === 'content-encoding') {
      if ((rawHeaders[at + 1] ?? '').toLowerCase() !== 'identity') return ENCODED
    } else if (name.length === 12 && name.toLowerCase() === 'content-type') {
      if (!isUtf8(rawHeaders[at + 1] ?? '')) return CHARSET
    }
  }
  if (lengths + codings > 1) return BAD
  if (lengths === 1 && !/^\d{1,15}$/.test(length)) return BAD
  if (codings === 1 && message.httpVersion !== '1.1') return BAD
  const bytes = codings === 1 ? undefined : Number(length)
  const hasBody = bytes !== 0
  return hasBody && WITHOUT_BODY.has(method) ? BAD : { hasBody, length: bytes }
}

/** JSON is UTF-8 (RFC 8259 §8.1); what is declared as something else is read differently elsewhere. */
function isUtf8(contentType: string): boolean {
  if (!contentType.includes(';')) return true
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType)?.[1]
  return charset === undefined || /^(?:utf-8|utf8)$/i.test(charset)
}
