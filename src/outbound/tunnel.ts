import { request } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Has a proxy connect to a host (`CONNECT`, RFC 9110 §9.3.6).
 *
 * @param proxy An `http:` URL, with user information where the proxy asks for it.
 * @throws where the proxy cannot be reached or refuses.
 */
export function openTunnel(proxy: URL, authority: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const { username, password } = proxy
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`
    const asked = request({
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port || 80,
      method: 'CONNECT',
      path: authority,
      agent: false,
      signal,
      headers: {
        host: authority,
        ...(username !== '' && { 'proxy-authorization': authorization }),
      },
    })
    asked.on('connect', (answer, socket: Socket) => {
      if (answer.statusCode === 200) {
        resolve(socket)
        return
      }
      socket.destroy()
      reject(new Error(`The proxy answered ${answer.statusCode}.`))
    })
    asked.on('response', (answer) => {
      answer.destroy()
      reject(new Error(`The proxy answered ${answer.statusCode}.`))
    })
    asked.on('error', reject)
    asked.end()
  })
}
