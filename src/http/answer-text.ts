import { UpstreamError } from '../errors/index.ts'

/**
 * Reads the body of an answer as text.
 *
 * @param maxBytes After decompression; a longer body is left where the limit is.
 * @param subject What was asked, for the message.
 * @throws {UpstreamError} `ERR_UPSTREAM_TOO_LARGE`, and what the connection throws
 */
export async function readAnswerText(
  response: Response,
  maxBytes: number,
  subject: string,
): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    // Leaving the loop cancels the body.
    if (bytes > maxBytes) {
      throw new UpstreamError('ERR_UPSTREAM_TOO_LARGE', `${subject} (over ${maxBytes} bytes)`, {
        retryable: false,
      })
    }
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
