import { type Chunks, readText } from './body-text.ts'

/** What a body that should be JSON turned out to be. */
export type JsonBody =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'too_large' }

/** How much is read for a refusal, which goes without the body where that is larger. */
const MAX_PEEKED_BYTES = 1_048_576

const wholeDecoder = new TextDecoder()

/** Reads a JSON body, whatever length its sender announces; the rest of a larger one is left. */
export async function readJsonBody(chunks: Chunks, maxBytes: number): Promise<JsonBody> {
  const text = await readText(chunks, maxBytes)
  return text === undefined ? { kind: 'too_large' } : parseJson(text)
}

/** A body as it arrives in events: `node:http` without the cost of an asynchronous iterator. */
export interface BodyEvents {
  readonly readableEnded: boolean
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown
  on(event: 'end', listener: () => void): unknown
  on(event: 'error' | 'close', listener: (error?: Error) => void): unknown
}

/** {@link readJsonBody} of a stream of `node:http`. Rejects where the client goes away. */
export function readJsonEvents(message: BodyEvents, maxBytes: number): Promise<JsonBody> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let bytes = 0
    message.on('data', (chunk) => {
      bytes += chunk.byteLength
      if (bytes > maxBytes) resolve({ kind: 'too_large' })
      else chunks.push(chunk)
    })
    message.on('end', () => resolve(parseJson(decodeChunks(chunks))))
    message.on('error', reject)
    message.on('close', () => {
      // Every message is closed at last, and an error costs as much as the rest of the gate.
      if (!message.readableEnded) reject(new Error('The client closed the connection.'))
    })
  })
}

/** {@link readJsonBody} of a web request; in one piece where its announced length allows. */
export async function readJsonRequest(request: Request, maxBytes: number): Promise<JsonBody> {
  const length = Number(request.headers.get('content-length') ?? Infinity)
  return length <= maxBytes
    ? parseJson(await request.text())
    : readJsonBody(chunksOf(request.body), maxBytes)
}

/**
 * The chunks of a stream. Who stops early is not kept waiting: cancelling the body of a clone only
 * ends when that of the original is cancelled too.
 */
async function* chunksOf(
  body: ReadableStream<Uint8Array> | null,
): AsyncGenerator<Uint8Array, undefined> {
  const reader = body?.getReader()
  try {
    for (;;) {
      const { done = true, value } = (await reader?.read()) ?? {}
      if (done || value === undefined) return undefined
      yield value
    }
  } finally {
    reader?.cancel().catch(() => undefined)
  }
}

/**
 * The value of a body that is about to be refused, so that the refusal can name its message;
 * `undefined` for no JSON, or more than 1 MiB. Never throws.
 */
export async function peekJsonBody(chunks: Chunks): Promise<unknown> {
  const body = await readJsonBody(chunks, MAX_PEEKED_BYTES).catch(() => undefined)
  return body?.kind === 'json' ? body.value : undefined
}

/** Most bodies are one chunk, for which no decoder has to keep state. */
function decodeChunks(chunks: readonly Uint8Array[]): string {
  if (chunks.length === 1) return wholeDecoder.decode(chunks[0])
  const decoder = new TextDecoder()
  return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('') + decoder.decode()
}

function parseJson(text: string): JsonBody {
  try {
    return { kind: 'json', value: JSON.parse(text) }
  } catch {
    return { kind: 'malformed' }
  }
}
