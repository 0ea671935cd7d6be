/**
 * `npm run bench:gateway [-- --json]`: the gateway against what else could stand in front of an MCP
 * server, in less than three minutes. Ends with 1 where a budget is missed. See docs/performance.md.
 */
import { parseArgs } from 'node:util'
import { type Issuer, startIssuer } from '../issuer.ts'
import { startLoad } from '../load.ts'
import { describeMachine } from '../machine.ts'
import { toolCall } from '../mcp-server.ts'
import { type Budget, isHeld, type Measurement } from '../measurement.ts'
import { formatText } from '../report.ts'
import { compare, quantile } from '../rounds.ts'
import { startNginx } from './nginx.ts'
import { FLOOD_EVENTS } from './roles/upstream.ts'
import { type StartedRole, startRole } from './start-role.ts'
import { measureLatency, measureThroughput, openMany, openStream } from './streams.ts'

const { values } = parseArgs({ options: { json: { type: 'boolean' } } })
const SECONDS = 14
const REQUESTS_PER_ROUND = 600
const STREAMS = 1_000
const TOKENS = 16

const issuer: Issuer = await startIssuer()
const tokens = await issuer.mint(TOKENS)
const [token = ''] = tokens
const upstream = await startRole('upstream')
const order = { upstream: upstream.origin, issuer: issuer.issuer }
const [gateway, asserting, bare, verifier] = await Promise.all([
  startRole('gateway', order),
  startRole('gateway-assertion', order),
  startRole('bare-proxy', order),
  startRole('verifier', order),
])
const nginx = await startNginx(upstream.origin, verifier.origin)
const load = startLoad()
const measurements: Measurement[] = []

for (const [what, subject, reference, budget] of [
  ['the gateway ÷ nginx with `auth_request`', gateway.origin, nginx?.origin, { atLeast: 1.5 }],
  ['the gateway ÷ a bare proxy on undici', gateway.origin, bare.origin, { atLeast: 0.85 }],
  ['the gateway ÷ direct', gateway.origin, upstream.origin, undefined],
  ['the gateway with assertions ÷ without', asserting.origin, gateway.origin, undefined],
] as const) {
  if (reference === undefined) console.error(`${what}: skipped, there is no nginx`)
  else measurements.push(await compareCalls(`\`tools/call\`: ${what}`, subject, reference, budget))
}
measurements.push(await compareProcessorTime(), ...(await compareStreams()), await compareMemory())

load.close()
for (const role of [upstream, gateway, asserting, bare, verifier]) role.close()
nginx?.close()
await issuer.close()
const run = { machine: describeMachine(), measurements }
console.log(values.json ? JSON.stringify(run, null, 2) : formatText(measurements))
process.exitCode = measurements.every(isHeld) ? 0 : 1

async function compareCalls(
  what: string,
  subject: string,
  reference: string,
  budget: Budget | undefined,
): Promise<Measurement> {
  console.error(`measuring ${what} …`)
  const rates: Record<string, number[]> = { [subject]: [], [reference]: [] }
  const createSide = (origin: string) => async (): Promise<number> => {
    const url = `${origin}${toolCall.path}`
    const amount = REQUESTS_PER_ROUND
    const { requestsPerSecond } = await load.run({
      url,
      exchange: toolCall,
      tokens,
      amount,
      expectBody,
    })
    rates[origin]?.push(requestsPerSecond)
    return requestsPerSecond
  }
  const expectBody = await answerOf(reference)
  if ((await answerOf(subject)) !== expectBody) throw new Error('the answers differ')
  const comparison = await compare({
    subject: createSide(subject),
    reference: createSide(reference),
    rounds: 40,
    warmup: 6,
    seconds: SECONDS,
  })
  const note = [subject, reference]
    .map((origin) => `${Math.round(quantile(rates[origin] ?? [], 0.5))}/s`)
    .join(' and ')
  return { what, note, ...comparison, ...(budget && { budget }) }
}

/** Less noisy than requests per second where other processes are busy. */
async function compareProcessorTime(): Promise<Measurement> {
  console.error('measuring processor time …')
  const perRequest = (role: StartedRole) => async (): Promise<number> => {
    const before = await role.usage()
    const url = `${role.origin}${toolCall.path}`
    const amount = REQUESTS_PER_ROUND
    await load.run({ url, exchange: toolCall, tokens, amount, expectBody })
    const { cpuMicroseconds } = await role.usage()
    return (cpuMicroseconds - before.cpuMicroseconds) / amount
  }
  const expectBody = await answerOf(upstream.origin)
  const comparison = await compare({
    subject: perRequest(bare),
    reference: perRequest(gateway),
    rounds: 20,
    warmup: 1,
    seconds: SECONDS,
  })
  const what = '`tools/call`, processor time: a bare proxy on undici ÷ the gateway'
  return { what, ...comparison, budget: { atLeast: 0.85 } }
}

async function answerOf(origin: string): Promise<string> {
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

async function compareStreams(): Promise<readonly Measurement[]> {
  console.error('measuring streams …')
  const throughput = await compare({
    subject: () => measureThroughput(gateway.origin, token, FLOOD_EVENTS),
    reference: () => measureThroughput(upstream.origin, token, FLOOD_EVENTS),
    rounds: 20,
    warmup: 1,
    seconds: SECONDS,
  })
  const added: number[] = []
  const heads: number[] = []
  for (let round = 0; round < 8; round += 1) {
    const through = await measureLatency(gateway.origin, token, 100)
    added.push(through - (await measureLatency(upstream.origin, token, 100)))
    const { answer, headMilliseconds } = await openStream(gateway.origin, token, 'idle')
    heads.push(headMilliseconds)
    answer.destroy()
  }
  return [
    { what: 'events per second: the gateway ÷ direct', budget: { atLeast: 0.9 }, ...throughput },
    {
      what: 'latency that the gateway adds to an event, median, ms',
      ratio: quantile(added, 0.5),
      budget: { atMost: 0.3 },
    },
    {
      what: 'head of an idle stream, median, ms',
      ratio: quantile(heads, 0.5),
      budget: { atMost: 50 },
    },
  ]
}

async function compareMemory(): Promise<Measurement> {
  console.error('measuring memory …')
  const perStream = async (role: StartedRole): Promise<number> => {
    const before = await role.usage()
    const close = await openMany(role.origin, token, STREAMS)
    const after = await role.usage()
    close()
    return (after.rss - before.rss) / STREAMS / 1_024
  }
  // Node's own sockets, one on each side, are what the bare proxy has too.
  const own = await perStream(gateway)
  const sockets = await perStream(bare)
  return {
    what: `KiB for each of ${STREAMS} idle streams, beyond those of a bare proxy`,
    note: `${own.toFixed(1)} and ${sockets.toFixed(1)}`,
    ratio: own - sockets,
    budget: { atMost: 40 },
  }
}
