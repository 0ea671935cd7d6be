import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  request,
  type ServerResponse,
} from 'node:http'
import { pipeline } from 'node:stream/promises'

/**
 * Passes every request on to `origin`: method, target, Host and Origin, all other headers and both
 * bodies, nothing buffered, the end of either side told to the other.
 *
 * @param changed - Headers to set, and to leave out where `undefined`.
 */
export function forwardTo(origin: string, changed: IncomingHttpHeaders): RequestListener {
  const { hostname, port } = new URL(origin)
  return (incoming, outgoing) => {
    const { method, url: path } = incoming
    const headers = withoutUndefined({ ...incoming.headers, ...changed })
    const upstream = request({ hostname, port, method, path, headers })
    upstream.on('response', (answer) => void sendBack(answer, outgoing))
    upstream.on('error', () => outgoing.destroy())
    // A client that ends a stream must end it at the server too, or the server keeps it open.
    outgoing.on('close', () => upstream.destroy())
    incoming.pipe(upstream)
  }
}

function withoutUndefined(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined))
}

async function sendBack(answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.headers)
  // Node holds the headers back until the first byte of the body, which an idle stream never has.
  outgoing.flushHeaders()
  await pipeline(answer, outgoing).catch(() => outgoing.destroy())
}
