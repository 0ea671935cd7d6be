/** The chunks of a body. */
export type Chunks = AsyncIterable<Uint8Array> | null | undefined

/** Reads a body as UTF-8, whatever length its sender announces; `undefined` for a larger one. */
export async function readText(chunks: Chunks, maxBytes: number): Promise<string | undefined> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of chunks ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) return undefined
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
