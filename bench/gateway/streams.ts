import { Agent, type IncomingMessage, request } from 'node:http'
import { performance } from 'node:perf_hooks'
import { quantile } from '../rounds.ts'

/** An open stream of events. */
export interface OpenedStream {
  readonly answer: IncomingMessage
  /** From the request to the head of the answer. */
  readonly headMilliseconds: number
}

const agent = new Agent({ maxSockets: Infinity })

/** @param kind What the upstream is asked for. */
export function openStream(
  origin: string,
  token: string,
  kind: 'idle' | 'ticks' | 'flood',
): Promise<OpenedStream> {
  const startedAt = performance.now()
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'text/event-stream',
    'last-event-id': kind,
  }
  return new Promise((resolve, reject) => {
    request(`${origin}/mcp`, { agent, headers }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${origin}: ${answer.statusCode}`))
      else resolve({ answer, headMilliseconds: performance.now() - startedAt })
    })
      .on('error', reject)
      .end()
  })
}

/** Median time from the sending of an event to its arrival, in milliseconds. */
export async function measureLatency(
  origin: string,
  token: string,
  events: number,
): Promise<number> {
  const { answer } = await openStream(origin, token, 'ticks')
  const latencies: number[] = []
  for await (const chunk of answer) {
    const now = process.hrtime.bigint()
    for (const [, sentAt = '0'] of String(chunk).matchAll(/data: (\d+)/g)) {
      latencies.push(Number(now - BigInt(sentAt)) / 1e6)
    }
    if (latencies.length >= events) break
  }
  return quantile(latencies, 0.5)
}

/** Events per second, where as many are sent as are taken. */
export async function measureThroughput(
  origin: string,
  token: string,
  events: number,
): Promise<number> {
  const startedAt = performance.now()
  const { answer } = await openStream(origin, token, 'flood')
  let received = 0
  for await (const chunk of answer) received += (chunk as Buffer).byteLength
  if (received === 0) throw new Error('no events')
  return events / ((performance.now() - startedAt) / 1_000)
}

/** Opens idle streams, some at a time; the function closes them. */
export async function openMany(origin: string, token: string, count: number): Promise<() => void> {
  const answers: IncomingMessage[] = []
  while (answers.length < count) {
    const opened = await Promise.all(
      Array.from({ length: 50 }, () => openStream(origin, token, 'idle')),
    )
    answers.push(...opened.map(({ answer }) => answer))
  }
  return () => {
    for (const answer of answers) answer.destroy()
  }
}
