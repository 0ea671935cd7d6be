import type { Load } from '../load.ts'
import { toolCall } from '../mcp-server.ts'
import type { Budget, Measurement } from '../measurement.ts'
import { compare, quantile } from '../rounds.ts'

/** Calls of a tool, and by whom. */
export interface Calls {
  readonly load: Load
  readonly tokens: readonly string[]
  /** How long a comparison may take. */
  readonly seconds: number
}

/** Who is compared. */
export interface Pair {
  readonly what: string
  readonly subject: string
  readonly reference: string
  readonly budget?: Budget | undefined
}

const REQUESTS_PER_ROUND = 600
/** A tick of the clock that counts the time of nginx is as long as a hundred calls. */
const REQUESTS_PER_TIMED_ROUND = 2_000

/** Calls per second, and what one call in a hundred takes longer than. */
export async function compareCalls(calls: Calls, pair: Pair): Promise<readonly Measurement[]> {
  const { budget, reference, subject, what } = pair
  const rates: Record<string, number[]> = { [subject]: [], [reference]: [] }
  const tails: Record<string, number[]> = { [subject]: [], [reference]: [] }
  const expectBody = await answerOf(reference, calls)
  if ((await answerOf(subject, calls)) !== expectBody) throw new Error('the answers differ')
  const createSide = (origin: string) => async (): Promise<number> => {
    const report = await send(calls, origin, REQUESTS_PER_ROUND, expectBody)
    rates[origin]?.push(report.requestsPerSecond)
    tails[origin]?.push(report.p99Milliseconds)
    return report.requestsPerSecond
  }
  const comparison = await compare({
    subject: createSide(subject),
    reference: createSide(reference),
    rounds: 40,
    warmup: 6,
    seconds: calls.seconds,
  })
  const noteOf = (values: typeof rates, format: (value: number) => string): string =>
    [subject, reference].map((origin) => format(medianOf(values[origin]))).join(' and ')
  return [
    {
      what: `\`tools/call\`: ${what}`,
      note: noteOf(rates, (rate) => `${Math.round(rate)}/s`),
      ...comparison,
      ...(budget && { budget }),
    },
    {
      what: `the same, 99th percentile of the time of a call`,
      note: noteOf(tails, (tail) => `${tail.toFixed(1)} ms`),
      ratio: medianOf(tails[subject]) / medianOf(tails[reference]),
    },
  ]
}

/** What a server and those that it asks have used of the processor. */
export type ProcessorTime = () => Promise<number>

/** Time of the processor for a call: less noisy than calls per second where others are busy. */
export async function compareProcessorTime(
  calls: Calls,
  pair: Pair,
  times: { readonly subject: ProcessorTime; readonly reference: ProcessorTime },
): Promise<Measurement> {
  const expectBody = await answerOf(pair.reference, calls)
  const perCall = (origin: string, time: ProcessorTime) => async (): Promise<number> => {
    const before = await time()
    await send(calls, origin, REQUESTS_PER_TIMED_ROUND, expectBody)
    return ((await time()) - before) / REQUESTS_PER_TIMED_ROUND
  }
  const comparison = await compare({
    subject: perCall(pair.subject, times.subject),
    reference: perCall(pair.reference, times.reference),
    rounds: 20,
    warmup: 1,
    seconds: calls.seconds,
  })
  const what = `processor time of a call: ${pair.what}`
  return { what, ...comparison, ...(pair.budget && { budget: pair.budget }) }
}

function send({ load, tokens }: Calls, origin: string, amount: number, expectBody: string) {
  const url = `${origin}${toolCall.path}`
  return load.run({ url, exchange: toolCall, tokens, amount, expectBody })
}

async function answerOf(origin: string, { tokens: [token = ''] }: Calls): Promise<string> {
  const { path, method, headers, body = '' } = toolCall
  const authorization = `Bearer ${token}`
  const answer = await fetch(`${origin}${path}`, {
    method,
    headers: { ...headers, authorization },
    body,
  })
  if (answer.status !== 200) throw new Error(`${origin}: ${answer.status}`)
  return answer.text()
}

function medianOf(values: readonly number[] = []): number {
  return quantile(values, 0.5)
}
