import { requireBearerAuth } from '@modelcontextprotocol/server'
import { callsPerSecond } from '../calls.ts'
import { createGate } from '../gate.ts'
import { type Issuer, RESOURCE, SCOPE, startIssuer } from '../issuer.ts'
import { createJoseVerifier } from '../jose-verifier.ts'
import { toolCall } from '../mcp-server.ts'
import type { Measurement } from '../measurement.ts'
import { compare } from '../rounds.ts'

const TOKENS = 64
const CALLS_PER_ROUND = 2_000

/** `authenticate(request)` ÷ the SDK's `requireBearerAuth` with a `jose` verifier, in process. */
export async function measure(): Promise<readonly Measurement[]> {
  const issuer = await startIssuer()
  const requests = await buildRequests(issuer)
  const gate = createGate(issuer)
  const bearerAuth = requireBearerAuth({
    verifier: createJoseVerifier(issuer),
    requiredScopes: [SCOPE],
    expectedResource: new URL(RESOURCE),
  })
  const comparison = await compare({
    subject: () =>
      callsPerSecond(requests, CALLS_PER_ROUND, (request) => gate.authenticate(request)),
    reference: () => callsPerSecond(requests, CALLS_PER_ROUND, bearerAuth),
    rounds: 40,
    warmup: 10,
    seconds: 20,
  })
  await issuer.close()
  return [
    {
      what: '`authenticate` ÷ `requireBearerAuth` of the MCP SDK with `jose`, token seen before',
      budget: { atLeast: 1.25 },
      ...comparison,
    },
  ]
}

async function buildRequests(issuer: Issuer): Promise<readonly Request[]> {
  const { method, headers, body = '' } = toolCall
  const tokens = await issuer.mint(TOKENS)
  return tokens.map((token) => {
    const authorization = `Bearer ${token}`
    return new Request(RESOURCE, { method, headers: { ...headers, authorization }, body })
  })
}
