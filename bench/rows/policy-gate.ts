import {
  createResourceServer,
  definePolicy,
  type Policy,
  type PolicyOptions,
  type ResourceServer,
} from 'mcp-gatehouse'
import { type Issuer, RESOURCE, SCOPE } from '../issuer.ts'

/** Every so many tools one has a pattern for a key, of which it is the only match. */
const PATTERN_EVERY = 10

/** The gate of the other rows, with a policy. */
export function createPolicyGate(
  { issuer }: Pick<Issuer, 'issuer'>,
  policy: Policy,
): ResourceServer {
  return createResourceServer({
    resource: RESOURCE,
    authorizationServers: [issuer],
    requiredScopes: [SCOPE],
    allowInsecureLoopback: true,
    policy,
  })
}

/** A policy with a rule for each of as many tools; the tokens of the benchmarks may call them all. */
export function createToolPolicy(tools: number): Policy {
  const rules: NonNullable<PolicyOptions['tools']> = Object.fromEntries(
    toolNames(tools).map((name, index) => [
      index % PATTERN_EVERY === 0 ? `${name.slice(0, -1)}*` : name,
      SCOPE,
    ]),
  )
  return definePolicy({ tools: rules })
}

/** The names that {@link createToolPolicy} has rules for; all of one length, as it counts too. */
export function toolNames(tools: number): readonly string[] {
  return Array.from({ length: tools }, (_, index) => `tool_${String(index).padStart(4, '0')}_run`)
}
