import type { PolicyOptions } from 'mcp-gatehouse'
import { beforeAll, describe, expect, test } from 'vitest'
import type { LoopbackServer } from './loopback-server.ts'
import { type Check, type Revision, requiredScenarios, runOfficialSuite } from './official-suite.ts'
import { type Subject, startFixture, startGated, startReference } from './subjects.ts'

interface Target {
  readonly name: string
  readonly revision: Revision
  readonly start: () => Promise<Subject>
  /** Of the gate; one that allows everything reads every message all the same. */
  readonly policy?: PolicyOptions
  /** What passes of the required scenarios, with and without the gate. */
  readonly floor: { readonly scenarios: number; readonly checks: number }
  /** The checks that the server fails and the gate in front of it passes. */
  readonly added?: readonly string[]
}

const TARGETS: readonly Target[] = [
  {
    name: 'server-everything',
    revision: '2025-11-25',
    start: startReference,
    floor: { scenarios: 11, checks: 43 },
    added: [
      'dns-rebinding-protection localhost-host-rebinding-rejected',
      'server-session-lifecycle server-session-terminated-returns-404',
    ],
  },
  {
    name: 'fixture with sessions',
    revision: '2025-11-25',
    start: () => startFixture('auto'),
    policy: { unlisted: 'authenticated' },
    floor: { scenarios: 30, checks: 70 },
  },
  {
    name: 'fixture, JSON where possible',
    revision: '2026-07-28',
    start: () => startFixture('auto'),
    policy: { unlisted: 'authenticated' },
    added: ['tasks-dispatch-and-envelope sep-2663-tasks-get-invalid-task-id-32602'],
    floor: { scenarios: 37, checks: 120 },
  },
  {
    name: 'fixture, streams only',
    revision: '2026-07-28',
    start: () => startFixture('sse'),
    // On a stream the status is sent before the SDK knows that a client capability is missing.
    floor: { scenarios: 36, checks: 120 },
  },
]

describe.each(TARGETS)('$name, $revision', ({ revision, start, policy, floor, added = [] }) => {
  let plain: readonly Check[]
  let gated: readonly Check[]
  let refusal: Refusal

  // One run after the other: the suite looks into streams for half a second at a time, and two
  // runs at once on a busy machine would measure the machine.
  beforeAll(async () => {
    plain = await runOn(await start(), ({ origin }) => runOfficialSuite(`${origin}/mcp`, revision))
    gated = await runOn(await start(), async (subject) =>
      runOn(await startGated(subject, policy), async ({ origin, gateOrigin }) => {
        refusal = { origin, answer: await fetch(`${gateOrigin}/mcp`) }
        return runOfficialSuite(`${origin}/mcp`, revision)
      }),
    )
  }, 60_000)

  test('every check ends with the gate in front as without it', () => {
    const expected = plain.map((check) =>
      added.includes(`${check.scenario} ${check.id}`) ? { ...check, status: 'SUCCESS' } : check,
    )
    expect(gated.map(line)).toEqual(expected.map(line))
  })

  test(`${floor.scenarios} required scenarios pass, with ${floor.checks} checks`, async () => {
    const required = await requiredScenarios(revision)
    for (const checks of [plain, gated]) {
      const { ran, scenarios, passed } = countPassed(checks, required)
      expect(ran).toEqual(required)
      expect(scenarios).toBeGreaterThanOrEqual(floor.scenarios)
      expect(passed).toBeGreaterThanOrEqual(floor.checks)
    }
  })

  test('the same server refuses a request without the token', () => {
    const { origin, answer } = refusal
    const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
      401,
      `Bearer resource_metadata="${metadata}", scope="mcp"`,
    ])
  })
})

interface Refusal {
  /** Where the resource is, as its clients see it. */
  readonly origin: string
  readonly answer: Response
}

function countPassed(checks: readonly Check[], required: ReadonlySet<string>) {
  const ofRequired = checks.filter(({ scenario }) => required.has(scenario))
  const failed = ofRequired.filter(({ status }) => status === 'FAILURE')
  const ran = new Set(ofRequired.map(({ scenario }) => scenario))
  return {
    ran,
    scenarios: ran.size - new Set(failed.map(({ scenario }) => scenario)).size,
    passed: ofRequired.filter(({ status }) => status === 'SUCCESS').length,
  }
}

const line = ({ scenario, id, status }: Check): string => `${scenario} ${id} ${status}`

async function runOn<Server extends LoopbackServer, Result>(
  server: Server,
  run: (server: Server) => Promise<Result>,
): Promise<Result> {
  try {
    return await run(server)
  } finally {
    await server.close()
  }
}
