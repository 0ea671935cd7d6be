import { readText } from './body-text.ts'

/** A request of `node:http`; with its `body` where a framework has read that before. */
export interface FormRequest extends AsyncIterable<Uint8Array> {
  readonly headers: { readonly 'content-type'?: string | undefined }
  readonly readableEnded: boolean
  readonly body?: unknown
}

const MAX_BYTES = 16 * 1024

/**
 * Reads a form that a page of ours has sent; `undefined` for what is too large or of another type.
 *
 * @param maxBytes 16 KiB, unless the page has fields for more.
 */
export async function readForm(
  req: FormRequest,
  maxBytes: number = MAX_BYTES,
): Promise<URLSearchParams | undefined> {
  if (!isForm(req.headers['content-type'])) return undefined
  const { body } = req
  if (req.readableEnded && typeof body === 'object' && body !== null) {
    const texts = Object.entries(body).filter(([, value]) => typeof value === 'string')
    return new URLSearchParams(texts.map(([name, value]) => [name, String(value)]))
  }
  const text = await readText(req, maxBytes)
  return text === undefined ? undefined : new URLSearchParams(text)
}

/** The same of a web-standard request, which nobody has read. */
export async function readWebForm(
  request: Request,
  maxBytes: number,
): Promise<URLSearchParams | undefined> {
  if (!isForm(request.headers.get('content-type') ?? undefined)) return undefined
  const text = await readText(request.body, maxBytes)
  return text === undefined ? undefined : new URLSearchParams(text)
}

function isForm(contentType: string | undefined): boolean {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase()
  return type === 'application/x-www-form-urlencoded'
}
