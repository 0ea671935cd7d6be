import { beforeAll, describe, expect, test } from 'vitest'
import { type AdapterSubject, startBehindAdapters } from './adapter-subject.ts'
import { type Check, runOfficialSuite } from './official-suite.ts'
import { startGated } from './subjects.ts'
import { expectFloor, type KnownResult, runOn } from './suite-comparison.ts'

/** What the same server passes without adapters, in official-suite.test.ts. */
const TARGETS: readonly KnownResult[] = [
  { revision: '2025-11-25', floor: { scenarios: 30, checks: 70 } },
  { revision: '2026-07-28', floor: { scenarios: 37, checks: 120 } },
]

describe.each(TARGETS)('every adapter takes its turn, $revision', (target) => {
  let subject: AdapterSubject
  let checks: readonly Check[]

  beforeAll(async () => {
    subject = await startBehindAdapters()
    checks = await runOn(subject, async () =>
      runOn(await startGated(subject, { unlisted: 'authenticated' }), ({ origin }) =>
        runOfficialSuite(`${origin}/mcp`, target.revision),
      ),
    )
  }, 60_000)

  test('all required scenarios pass', () => expectFloor(checks, target))

  test('and each adapter had its part of them', () => {
    expect([...subject.served.keys()].toSorted()).toEqual([
      'Express 4',
      'Express 5',
      'Fastify',
      'Hono',
      'fetch',
      'node',
    ])
    expect(Math.min(...subject.served.values())).toBeGreaterThan(10)
  })
})
