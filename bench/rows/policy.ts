import { performance } from 'node:perf_hooks'
import type { Operation, Policy, Principal, ResourceServer } from 'mcp-gatehouse'
import { callsPerSecond } from '../calls.ts'
import { RESOURCE, startIssuer } from '../issuer.ts'
import type { Measurement } from '../measurement.ts'
import { compare, type Side } from '../rounds.ts'
import { createPolicyGate, createToolPolicy, toolNames } from './policy-gate.ts'

const MANY_TOOLS = 1_000
const FEW_TOOLS = 10
const DECISIONS_PER_ROUND = 40_000
const MESSAGES_PER_ROUND = 10_000
const ROUNDS = { rounds: 100, warmup: 20, seconds: 10 }

/** What a message costs beside more tools in the policy, and beside more messages in its body. */
export async function measure(): Promise<readonly Measurement[]> {
  const issuer = await startIssuer()
  const [token = ''] = await issuer.mint(1)
  const gate = createPolicyGate(issuer, createToolPolicy(MANY_TOOLS))
  const principal = await admit(gate, buildRequest(token))
  const batch = (messages: number): Side => createBatchSide(gate, token, messages)

  const tools = await compare({
    ...ROUNDS,
    subject: createDecisionSide(principal, MANY_TOOLS),
    reference: createDecisionSide(principal, FEW_TOOLS),
  })
  const messages = await compare({ ...ROUNDS, subject: batch(50), reference: batch(1) })
  const longest = await compare({ ...ROUNDS, subject: batch(100), reference: batch(50) })
  await issuer.close()
  return [
    {
      what: 'decisions of a policy for 1,000 tools ÷ for 10',
      budget: { atLeast: 0.9 },
      ...tools,
    },
    {
      what: 'messages in batches of 50 ÷ one by one, read and decided, token seen before',
      budget: { atLeast: 0.9 },
      ...messages,
    },
    {
      what: 'messages in batches of 100, the most that is taken ÷ of 50',
      budget: { atLeast: 0.9 },
      ...longest,
    },
  ]
}

async function admit(gate: ResourceServer, request: Request): Promise<Principal> {
  const admission = await gate.authenticate(request, { parsedBody: buildBatch(1) })
  if (admission instanceof Response) throw new Error(`refused: ${admission.status}`)
  return admission.principal
}

/** The policy alone: whatever else a request costs would only hide what more tools cost. */
function createDecisionSide(principal: Principal, tools: number): Side {
  const policy: Policy = createToolPolicy(tools)
  const names = toolNames(tools)
  // As many on both sides: more of them take longer to fetch from memory.
  const operations = Array.from({ length: MANY_TOOLS }, (_, index) => buildCall(names, index))
  const now = Math.floor(Date.now() / 1_000)
  return async () => {
    globalThis.gc?.({ type: 'minor' })
    const startedAt = performance.now()
    for (let decided = 0; decided < DECISIONS_PER_ROUND; decided += operations.length) {
      for (const operation of operations) {
        const decision = policy.decide(principal, operation, now)
        if (!('kind' in decision) || decision.kind !== 'allow') throw new Error('not allowed')
      }
    }
    return DECISIONS_PER_ROUND / (performance.now() - startedAt)
  }
}

function buildCall(names: readonly string[], index: number): Operation {
  const name = names[index % names.length] ?? ''
  return { kind: 'tool', method: 'tools/call', name, args: {}, requestId: index }
}

/** Bodies as a framework hands them over, so that JSON.parse, which is not ours, has no part. */
function createBatchSide(gate: ResourceServer, token: string, messages: number): Side {
  const requests = [buildRequest(token)]
  const parsedBody = buildBatch(messages)
  const bodies = MESSAGES_PER_ROUND / messages
  return async () =>
    messages *
    (await callsPerSecond(requests, bodies, (request) =>
      gate.authenticate(request, { parsedBody }),
    ))
}

function buildRequest(token: string): Request {
  return new Request(RESOURCE, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-03-26',
    },
    body: '[]',
  })
}

/** Calls of different tools, spread over the policy; a single one is no batch. */
function buildBatch(messages: number): unknown {
  const names = toolNames(MANY_TOOLS)
  const calls = Array.from({ length: messages }, (_, index) => ({
    jsonrpc: '2.0',
    id: index,
    method: 'tools/call',
    params: { name: names[(index * MANY_TOOLS) / messages], arguments: { text: 'hello' } },
  }))
  return messages === 1 ? calls[0] : calls
}
