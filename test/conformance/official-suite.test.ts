import type { PolicyOptions } from 'mcp-gatehouse'
import { beforeAll, describe, test } from 'vitest'
import { type Check, runOfficialSuite } from './official-suite.ts'
import { type Subject, startFixture, startGated, startReference } from './subjects.ts'
import {
  expectFloor,
  expectRefused,
  expectSameResult,
  type KnownResult,
  type Refusal,
  runOn,
} from './suite-comparison.ts'

interface Target extends KnownResult {
  readonly name: string
  readonly start: () => Promise<Subject>
  /** Of the gate; one that allows everything reads every message all the same. */
  readonly policy?: PolicyOptions
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

describe.each(TARGETS)('$name, $revision', (target) => {
  const { revision, start, policy, floor } = target
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
    expectSameResult(plain, gated, target)
  })

  test(`${floor.scenarios} required scenarios pass, with ${floor.checks} checks`, async () => {
    await expectFloor(plain, target)
    await expectFloor(gated, target)
  })

  test('the same server refuses a request without the token', () => {
    expectRefused(refusal)
  })
})
