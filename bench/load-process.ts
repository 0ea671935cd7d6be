import { performance } from 'node:perf_hooks'
import autocannon from 'autocannon'
import type { LoadOrder, LoadReport } from './load.ts'
import { quantile } from './rounds.ts'

const CONNECTIONS = 16

/** Share of a round that is sent before its clock starts, while the connections open. */
const LEAD_IN = 0.2

process.on('message', (order: LoadOrder) => {
  void run(order).then((report) => process.send?.(report))
})

async function run(order: LoadOrder): Promise<LoadReport> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const shares = deal(order)
  const leadIn = Math.ceil(order.amount * LEAD_IN)
  const latencies: number[] = []
  let answered = 0
  let startedAt = 0
  let lastAnswerAt = 0
  let before = performance.eventLoopUtilization()
  autocannon(
    {
      url: order.url,
      connections: CONNECTIONS,
      amount: order.amount,
      expectBody: order.expectBody,
      sampleInt: 5,
      // Whole requests in advance: one that is put together while the clock runs costs the load's
      // core more than its answer costs the server's.
      setupClient: (client) => client.setRequests(shares.shift() ?? []),
    },
    (error, { non2xx, errors, mismatches }) =>
      error ? reject(error) : resolve(non2xx + errors + mismatches),
  ).on('response', (_client: unknown, _status: number, _bytes: number, milliseconds: number) => {
    answered += 1
    lastAnswerAt = performance.now()
    if (answered > leadIn) latencies.push(milliseconds)
    if (answered !== leadIn) return
    startedAt = lastAnswerAt
    before = performance.eventLoopUtilization()
  })
  const failures = await promise
  const { utilization } = performance.eventLoopUtilization(before)
  const seconds = (lastAnswerAt - startedAt) / 1_000
  return {
    requestsPerSecond: (answered - leadIn) / seconds,
    p99Milliseconds: quantile(latencies, 0.99),
    failures: failures + order.amount - answered,
    utilization,
  }
}

function deal({ tokens, exchange: { method, headers, body } }: LoadOrder): object[][] {
  const shares: object[][] = Array.from({ length: CONNECTIONS }, () => [])
  tokens.forEach((token, index) => {
    shares[index % CONNECTIONS]?.push({
      method,
      headers: { ...headers, authorization: `Bearer ${token}` },
      ...(body !== undefined && { body }),
    })
  })
  return shares
}
