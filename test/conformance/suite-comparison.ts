import { expect } from 'vitest'
import type { LoopbackServer } from './loopback-server.ts'
import { type Check, type Revision, requiredScenarios } from './official-suite.ts'

/** What is known of a server, and of what protects it. */
export interface KnownResult {
  readonly revision: Revision
  /** What passes of the required scenarios, with and without the protection. */
  readonly floor: { readonly scenarios: number; readonly checks: number }
  /** The checks that the server fails and the protection in front of it passes. */
  readonly added?: readonly string[]
}

/** Every check ends as it does without the protection, but for those that only it passes. */
export function expectSameResult(
  plain: readonly Check[],
  guarded: readonly Check[],
  { added = [] }: KnownResult,
): void {
  const expected = plain.map((check) =>
    added.includes(`${check.scenario} ${check.id}`) ? { ...check, status: 'SUCCESS' } : check,
  )
  expect(guarded.map(line)).toEqual(expected.map(line))
}

/** The required scenarios ran, and as many passed as are known to. */
export async function expectFloor(
  checks: readonly Check[],
  { revision, floor }: KnownResult,
): Promise<void> {
  const required = await requiredScenarios(revision)
  const { ran, scenarios, passed } = countPassed(checks, required)
  expect(ran).toEqual(required)
  expect(scenarios).toBeGreaterThanOrEqual(floor.scenarios)
  expect(passed).toBeGreaterThanOrEqual(floor.checks)
}

/** What was answered to a request without a token. */
export interface Refusal {
  /** Where the resource is, as its clients see it. */
  readonly origin: string
  readonly answer: Response
}

/** It says where the metadata are, and which scope to ask for (RFC 9728 §5.1). */
export function expectRefused({ origin, answer }: Refusal): void {
  const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`
  expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
    401,
    `Bearer resource_metadata="${metadata}", scope="mcp"`,
  ])
}

/** How the checks of a run came out, as far as required scenarios are concerned. */
interface Passed {
  /** The required scenarios that ran. */
  readonly ran: ReadonlySet<string>
  /** How many of them have no failed check. */
  readonly scenarios: number
  /** How many of their checks passed. */
  readonly passed: number
}

function countPassed(checks: readonly Check[], required: ReadonlySet<string>): Passed {
  const ofRequired = checks.filter(({ scenario }) => required.has(scenario))
  const failed = ofRequired.filter(({ status }) => status === 'FAILURE')
  const ran = new Set(ofRequired.map(({ scenario }) => scenario))
  return {
    ran,
    scenarios: ran.size - new Set(failed.map(({ scenario }) => scenario)).size,
    passed: ofRequired.filter(({ status }) => status === 'SUCCESS').length,
  }
}

/** A check as a line, without the reason, which may hold ports and times. */
function line({ scenario, id, status }: Check): string {
  return `${scenario} ${id} ${status}`
}

/** Runs something against a server, and closes the server whatever came of it. */
export async function runOn<Server extends LoopbackServer, Result>(
  server: Server,
  run: (server: Server) => Promise<Result>,
): Promise<Result> {
  try {
    return await run(server)
  } finally {
    await server.close()
  }
}
