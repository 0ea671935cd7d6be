import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type Dispatcher, Pool } from 'undici'
import type { Role } from '../role.ts'

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'host'])

/** The least that a proxy on undici's dispatcher can do: it buffers the request and checks nothing. */
export const bareProxy: Role = async ({ upstream }) => {
  const pool = new Pool(upstream, { bodyTimeout: 0 })
  return createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = chunks.length === 0 ? null : Buffer.concat(chunks)
      const headers = passedOn(request.rawHeaders)
      const { method = 'GET', url: path = '/' } = request
      pool.dispatch({ method, path, headers, body }, createHandler(request, response))
    })
  })
}

function passedOn(rawHeaders: readonly string[]): string[] {
  const fields: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    if (!HOP_BY_HOP.has(name.toLowerCase())) fields.push(name, rawHeaders[at + 1] ?? '')
  }
  return fields
}

function createHandler(
  _request: IncomingMessage,
  response: ServerResponse,
): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller) {
      response.once('close', () => {
        if (!response.writableFinished) controller.abort(new Error('gone'))
      })
      response.on('drain', () => controller.resume())
    },
    onResponseStart(_controller, status, headers) {
      const { connection: _connection, 'keep-alive': _keepAlive, ...kept } = headers
      delete kept['transfer-encoding']
      response.writeHead(status, kept)
      if (kept['content-length'] === undefined) response.flushHeaders()
    },
    onResponseData(controller, chunk) {
      if (!response.write(chunk)) controller.pause()
    },
    onResponseEnd: () => void response.end(),
    onResponseError: () => void response.destroy(),
  }
}
