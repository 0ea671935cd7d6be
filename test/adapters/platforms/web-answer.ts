import type { HandlerAnswer } from './app.ts'

/** A handler's answer as a web-standard response. */
export function webAnswer(
  method: string,
  { status = 200, headers = [], body = '' }: HandlerAnswer,
): Response {
  const isEmpty = method === 'HEAD' || status === 204
  return new Response(isEmpty ? null : bytesOf(body), {
    status,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
  })
}

/** Bytes, because a string would bring a content type of its own. */
function bytesOf(body: string | AsyncIterable<string>): BodyInit {
  const encoder = new TextEncoder()
  if (typeof body === 'string') return encoder.encode(body)
  const chunks = body[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done === true) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
  })
}
