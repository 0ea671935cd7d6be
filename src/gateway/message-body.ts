import type { IncomingMessage } from 'node:http'
import type { BodySource, JsonBody } from '../http/index.ts'
import { peekJsonBody } from '../http/index.ts'
import { hasAmbiguousMembers } from '../mcp/index.ts'
import { hasDelicateNumbers, parseKeepingNumbers } from './exact-numbers.ts'
import type { Framing } from './framing.ts'

/** The body of a request, as it was decided about and as it goes on. */
export interface MessageBody {
  readonly source: BodySource
  /** What the upstream is sent; `undefined` where nothing has been read. */
  forwarded(): string | Buffer | undefined
}

const MALFORMED: JsonBody = { kind: 'malformed' }
const TOO_LARGE: JsonBody = { kind: 'too_large' }
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Creates the body of a request. What the upstream is sent is what was parsed here: the same bytes
 * where they say nothing else, and written anew otherwise, so that repeated members, escapes and
 * white space mean to the upstream what they meant to the policy. Numbers keep their digits.
 */
export function createMessageBody(message: IncomingMessage, { length }: Framing): MessageBody {
  let forwarded: string | Buffer | undefined
  let known: JsonBody | undefined
  const source: BodySource = {
    isHandedOn: true,
    async read(maxBytes) {
      known ??= await readOnce(maxBytes)
      return known
    },
    peek: () => peekJsonBody(message),
  }

  async function readOnce(maxBytes: number): Promise<JsonBody> {
    if (length !== undefined && length > maxBytes) return TOO_LARGE
    const bytes = await readBytes(message, maxBytes)
    if (bytes === undefined) return TOO_LARGE
    const parsed = parseExactly(bytes)
    if (parsed === undefined) return MALFORMED
    forwarded = parsed.forwarded
    return { kind: 'json', value: parsed.value }
  }

  return { source, forwarded: () => forwarded }
}

/** {@link readJsonEvents} without the parsing; `undefined` for too many bytes. */
function readBytes(message: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    message.on('data', (chunk: Buffer) => {
      length += chunk.byteLength
      if (length > maxBytes) {
        chunks.length = 0
        resolve(undefined)
      } else chunks.push(chunk)
    })
    message.on('end', () => {
      const [only] = chunks
      resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks))
    })
    message.on('error', reject)
    message.on('close', () => {
      if (!message.readableEnded) reject(new Error('The client closed the connection.'))
    })
  })
}

function parseExactly(
  bytes: Buffer,
): { readonly value: unknown; readonly forwarded: string | Buffer } | undefined {
  try {
    const text = decoder.decode(bytes)
    const value: unknown = JSON.parse(text)
    if (hasAmbiguousMembers(value)) return undefined
    const written = JSON.stringify(value)
    if (written === text) return { value, forwarded: bytes }
    const forwarded = hasDelicateNumbers(text) ? JSON.stringify(parseKeepingNumbers(text)) : written
    return { value, forwarded }
  } catch {
    // No UTF-8, no JSON, a number that is none, or nested too deeply.
    return undefined
  }
}
