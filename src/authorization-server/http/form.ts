import type { IncomingMessage } from 'node:http'

const MAX_FORM_BYTES = 16 * 1024

/**
 * Reads a form of one of our pages, also where a framework has read it before. `undefined` for what
 * is too large or of another type.
 */
export async function readForm(req: IncomingMessage): Promise<URLSearchParams | undefined> {
  const type = req.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') return undefined
  const parsed: unknown = 'body' in req ? req.body : undefined
  if (req.readableEnded && typeof parsed === 'object' && parsed !== null) {
    const texts = Object.entries(parsed).filter(([, value]) => typeof value === 'string')
    return new URLSearchParams(texts.map(([name, value]) => [name, String(value)]))
  }
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_FORM_BYTES) return undefined
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString())
}
