import { createServer, type ServerResponse } from 'node:http'
import type { Role } from '../role.ts'

const ANSWER = Buffer.from(
  JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    result: { resultType: 'complete', content: [{ type: 'text', text: 'hello' }] },
  }),
)
const TICK_MILLISECONDS = 4
export const FLOOD_EVENTS = 20_000
const PADDING = 'x'.repeat(200)

/** What a stream is asked for by `Last-Event-ID`, the only field that every proxy passes on. */
const STREAMS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  /** An event every few milliseconds, with the time of its sending. */
  ticks(response) {
    const timer = setInterval(() => {
      response.write(`data: ${process.hrtime.bigint()}\n\n`)
    }, TICK_MILLISECONDS)
    response.on('close', () => clearInterval(timer))
  },
  /** As many events as fast as they are taken. */
  flood(response) {
    let sent = 0
    const write = (): void => {
      while (sent < FLOOD_EVENTS) {
        sent += 1
        const event = `data: {"jsonrpc":"2.0","method":"notifications/message","params":"${PADDING}"}\n\n`
        if (!response.write(event)) return void response.once('drain', write)
      }
      response.end()
    }
    write()
  },
  idle: () => undefined,
}

/** An MCP server that costs next to nothing. */
export const upstream: Role = async () =>
  createServer((request, response) => {
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.flushHeaders()
      STREAMS[request.headers['last-event-id']?.toString() ?? 'idle']?.(response)
      return
    }
    request.resume()
    request.on('end', () => {
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': ANSWER.byteLength,
      })
      response.end(ANSWER)
    })
  })
