import { request } from 'node:http'
import { connect } from 'node:http2'

/** An answer as it came over the wire. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
  /** Whether the body ended as the protocol has it. */
  readonly isWhole: boolean
  /** The statuses that came before. */
  readonly informational: readonly number[]
}

const NONE: Answer = { status: 0, headers: {}, body: '', isWhole: false, informational: [] }

/** What a client may be told of while the answer arrives. */
export interface Watch {
  readonly method?: string
  /** Goes away without waiting for the end. */
  readonly signal?: AbortSignal
  readonly onHead?: (status: number) => void
}

/** Asks over HTTP/1.1, on a connection of its own. */
export function exchangeHttp1(
  port: number,
  { method = 'GET', onHead, signal }: Watch,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const informational: number[] = []
    const sent = request({ host: '127.0.0.1', port, method, agent: false })
    sent.on('information', ({ statusCode }) => informational.push(statusCode))
    sent.on('error', (error) => (signal?.aborted === true ? resolve(NONE) : reject(error)))
    signal?.addEventListener('abort', () => sent.destroy())
    sent.on('response', (message) => {
      const { statusCode: status = 0, headers } = message
      onHead?.(status)
      const chunks: Buffer[] = []
      message.on('data', (chunk: Buffer) => chunks.push(chunk))
      message.on('error', () => undefined)
      message.on('close', () => {
        const body = Buffer.concat(chunks).toString()
        resolve({ status, headers, body, isWhole: message.complete, informational })
      })
    })
    sent.end()
  })
}

/** Asks over HTTP/2, on a session of its own. */
export function exchangeHttp2(
  port: number,
  { method = 'GET', onHead, signal }: Watch,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://127.0.0.1:${port}`)
    const stream = session.request({ ':path': '/', ':method': method })
    const informational: number[] = []
    const chunks: Buffer[] = []
    let headers: Record<string, unknown> = {}
    stream.on('headers', ({ ':status': status = 0 }) => informational.push(status))
    stream.on('response', (given) => {
      headers = { ...given }
      onHead?.(Number(given[':status']))
    })
    signal?.addEventListener('abort', () => session.destroy())
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('error', () => undefined)
    session.on('error', reject)
    stream.on('close', () => {
      session.destroy()
      const { ':status': status, ...fields } = headers
      const isWhole = stream.rstCode === 0 && stream.readableEnded
      const body = Buffer.concat(chunks).toString()
      resolve({ status: Number(status), headers: fields, body, isWhole, informational })
    })
    stream.end()
  })
}
