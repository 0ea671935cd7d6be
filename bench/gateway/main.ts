/**
 * `npm run bench:gateway [-- --json] [--update]`: the gateway against what else could stand in front of
 * an MCP server, in less than four minutes. Ends with 1 where a budget is missed. See
 * docs/performance.md.
 */
import { parseArgs } from 'node:util'
import { type Issuer, startIssuer } from '../issuer.ts'
import { writeLastRun } from '../last-run.ts'
import { startLoad } from '../load.ts'
import { describeMachine } from '../machine.ts'
import { isHeld, type Measurement } from '../measurement.ts'
import { formatMarkdown, formatText } from '../report.ts'
import { compare, quantile } from '../rounds.ts'
import { compareCalls, compareProcessorTime } from './calls.ts'
import { startNginx } from './nginx.ts'
import { FLOOD_EVENTS } from './roles/upstream.ts'
import { type StartedRole, startRole } from './start-role.ts'
import { measureLatency, measureThroughput, openMany, openStream } from './streams.ts'

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, update: { type: 'boolean' } },
})
const SECONDS = 14
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
const calls = { load, tokens, seconds: SECONDS }
const measurements: Measurement[] = []

for (const [what, subject, reference, budget] of [
  ['the gateway ÷ nginx with `auth_request`', gateway.origin, nginx?.origin, { atLeast: 1.5 }],
  ['the gateway ÷ a bare proxy on undici', gateway.origin, bare.origin, { atLeast: 0.85 }],
  ['the gateway ÷ direct', gateway.origin, upstream.origin, undefined],
  ['the gateway with assertions ÷ without', asserting.origin, gateway.origin, undefined],
] as const) {
  console.error(`measuring ${what} …`)
  if (reference === undefined) console.error('skipped: there is no nginx')
  else measurements.push(...(await compareCalls(calls, { what, subject, reference, budget })))
}
measurements.push(...(await compareProcessorTimes()))
measurements.push(...(await compareStreams()), await compareMemory())

load.close()
for (const role of [upstream, gateway, asserting, bare, verifier]) role.close()
nginx?.close()
await issuer.close()
const run = { machine: describeMachine(), measurements }
console.log(values.json ? JSON.stringify(run, null, 2) : formatText(measurements))
if (values.update)
  writeLastRun('performance', 'npm run bench:gateway', formatMarkdown(measurements))
process.exitCode = measurements.every(isHeld) ? 0 : 1

async function compareProcessorTimes(): Promise<readonly Measurement[]> {
  console.error('measuring processor time …')
  const timeOf = (role: StartedRole) => (): Promise<number> => role.ask('cpuMicroseconds')
  const ofGateway = timeOf(gateway)
  const found = [
    await compareProcessorTime(
      calls,
      {
        what: 'a bare proxy on undici ÷ the gateway',
        subject: bare.origin,
        reference: gateway.origin,
        budget: { atLeast: 0.85 },
      },
      { subject: timeOf(bare), reference: ofGateway },
    ),
  ]
  if (nginx === undefined) return found
  const ofVerifier = timeOf(verifier)
  const what = 'nginx and its verifier ÷ the gateway'
  const ofNginx = async (): Promise<number> => nginx.cpuMicroseconds() + (await ofVerifier())
  const pair = { what, subject: nginx.origin, reference: gateway.origin }
  return [
    ...found,
    await compareProcessorTime(calls, pair, { subject: ofNginx, reference: ofGateway }),
  ]
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
    const before = await role.ask('bytes')
    const close = await openMany(role.origin, token, STREAMS)
    const after = await role.ask('bytes')
    close()
    return (after - before) / STREAMS / 1_024
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
