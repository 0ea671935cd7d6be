import { readText } from './body-text.ts'

/** A request of `node:http`; with its `body` where a framework has read that before. */
export interface FormRequest extends AsyncIterable<Uint8Array> {
  readonly headers: { readonly 'content-type'?: string | undefined }
  readonly readableEnded: boolean
  readonly body?: unknown
}

const MAX_BYTES = 16 * 1024

/** Reads a form that a page of ours has sent; `undefined` for what is too large or of another type. */
export async function readForm(req: FormRequest): Promise<URLSearchParams | undefined> {
  const type = req.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') return undefined
  const { body } = req
  if (req.readableEnded && typeof body === 'object' && body !== null) {
    const texts = Object.entries(body).filter(([, value]) => typeof value === 'string')
    return new URLSearchParams(texts.map(([name, value]) => [name, String(value)]))
  }
  const text = await readText(req, MAX_BYTES)
  return text === undefined ? undefined : new URLSearchParams(text)
}
