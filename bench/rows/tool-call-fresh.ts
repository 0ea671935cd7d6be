import { startIssuer } from '../issuer.ts'
import type { Measurement } from '../measurement.ts'
import { ROUNDS, WARMUP } from '../over-sockets.ts'
import { compareToolCalls, REQUESTS_PER_ROUND } from '../tool-call.ts'

/** `tools/call` through the gate, each with a token it never saw ÷ the same without any authorization. */
export async function measure(): Promise<readonly Measurement[]> {
  const issuer = await startIssuer()
  const tokens = await issuer.mint((1 + WARMUP + ROUNDS) * REQUESTS_PER_ROUND)
  const measurements = await compareToolCalls(
    issuer,
    '`tools/call` with the gate, every token new (RS256) ÷ without',
    (round) => tokens.slice(round * REQUESTS_PER_ROUND, (round + 1) * REQUESTS_PER_ROUND),
    { atLeast: 0.85 },
  )
  await issuer.close()
  return measurements
}
