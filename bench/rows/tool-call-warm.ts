import { startIssuer } from '../issuer.ts'
import type { Measurement } from '../measurement.ts'
import { compareToolCalls } from '../tool-call.ts'

const TOKENS = 16

/** `tools/call` through the gate with tokens it has seen ÷ the same without any authorization. */
export async function measure(): Promise<readonly Measurement[]> {
  const issuer = await startIssuer()
  const tokens = await issuer.mint(TOKENS)
  const measurements = await compareToolCalls(
    issuer,
    '`tools/call` with the gate, token seen before ÷ without',
    () => tokens,
    { atLeast: 0.95 },
  )
  await issuer.close()
  return measurements
}
