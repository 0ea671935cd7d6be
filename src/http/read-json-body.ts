const MAX_BYTES = 1_048_576

/**
 * Reads the JSON body of a request that is about to be refused, so that the refusal can name it.
 *
 * @returns `undefined` for no body, no JSON, or more than 1 MiB. Never throws.
 */
export async function readJsonBody(
  chunks: AsyncIterable<Uint8Array> | null | undefined,
): Promise<unknown> {
  try {
    const decoder = new TextDecoder()
    let text = ''
    let bytes = 0
    for await (const chunk of chunks ?? []) {
      bytes += chunk.byteLength
      if (bytes > MAX_BYTES) return undefined
      text += decoder.decode(chunk, { stream: true })
    }
    return JSON.parse(text + decoder.decode())
  } catch {
    return undefined
  }
}
