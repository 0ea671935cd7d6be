import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type Listening, listen } from './listen.ts'
import type { Exchange, Load } from './load.ts'
import { type Comparison, compare, quantile, type Side } from './rounds.ts'

/** Answers the requests of one server. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

/** Two servers in this process, and the same requests for both. */
export interface SocketComparison {
  /** The server with the gate. */
  readonly subject: Listener
  /** The server it is compared with. */
  readonly reference: Listener
  readonly load: Load
  readonly exchange: Exchange
  /** As many as keep a server busy for about 0.04 s: what else runs on the machine then hits both. */
  readonly requestsPerRound: number
  /** Tokens of a round; the first round is a single request. */
  readonly tokensOfRound: (round: number) => readonly string[]
}

export const ROUNDS = 150
export const WARMUP = 20
/** A slow machine measures fewer rounds, not longer. */
const SECONDS = 30
/** Above this the load may have been slower than the server, which would bring the sides together. */
const MAX_LOAD_UTILIZATION = 0.8

/**
 * Compares requests per second.
 *
 * @throws when the gate lets a request without a token pass, or the load was the bottleneck
 */
export async function compareOverSockets(options: SocketComparison): Promise<Comparison> {
  const subject = await serve(options.subject)
  const reference = await serve(options.reference)
  const { status } = await send(subject.origin, options.exchange)
  if (status !== 401) throw new Error(`no token: ${status} instead of 401, so nothing is guarded`)

  const utilizations: number[] = []
  const sides = {
    subject: await createSide(options, subject.origin, utilizations),
    reference: await createSide(options, reference.origin, utilizations),
  }
  const comparison = await compare({ ...sides, rounds: ROUNDS, warmup: WARMUP, seconds: SECONDS })
  if (quantile(utilizations, 0.5) > MAX_LOAD_UTILIZATION) {
    throw new Error('the load had more to do than the servers')
  }
  await Promise.all([subject.close(), reference.close()])
  return comparison
}

function serve(listener: Listener): Promise<Listening> {
  return listen(createServer((request, response) => void listener(request, response)))
}

async function createSide(
  options: SocketComparison,
  origin: string,
  utilizations: number[],
): Promise<Side> {
  const { load, exchange, tokensOfRound, requestsPerRound: amount } = options
  const { status, body: expectBody } = await send(origin, exchange, tokensOfRound(0)[0])
  if (status !== 200) throw new Error(`${origin}: ${status} ${expectBody}`)
  const url = `${origin}${exchange.path}`
  let round = 1
  return async () => {
    // Else the garbage of one side is collected in the time of the other.
    globalThis.gc?.({ type: 'minor' })
    const tokens = tokensOfRound(round++)
    const report = await load.run({ url, exchange, tokens, amount, expectBody })
    utilizations.push(report.utilization)
    return report.requestsPerSecond
  }
}

async function send(
  origin: string,
  { path, method, headers, body }: Exchange,
  token?: string,
): Promise<{ status: number; body: string }> {
  const response = await fetch(`${origin}${path}`, {
    method,
    headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    ...(body !== undefined && { body }),
  })
  return { status: response.status, body: await response.text() }
}
