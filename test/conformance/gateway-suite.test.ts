import type { CommandUpstreamOptions } from 'mcp-gatehouse/gateway'
import { beforeAll, describe, test } from 'vitest'
import { startBehindGateway, startGateway } from './gateway-subject.ts'
import type { LoopbackServer } from './loopback-server.ts'
import { type Check, runOfficialSuite } from './official-suite.ts'
import { REFERENCE_PROGRAM } from './reference-server.ts'
import { startFixture, startReference } from './subjects.ts'
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
  readonly start: () => Promise<LoopbackServer>
  /** The same server as a command. @defaultValue the gateway asks what `start` gives */
  readonly command?: CommandUpstreamOptions
}

const TARGETS: readonly Target[] = [
  {
    name: 'a stateful server of SDK v1',
    revision: '2025-11-25',
    start: startReference,
    floor: { scenarios: 11, checks: 43 },
    added: [
      'dns-rebinding-protection localhost-host-rebinding-rejected',
      'server-session-lifecycle server-session-terminated-returns-404',
    ],
  },
  {
    name: 'server-everything over stdio, against its own HTTP mode,',
    revision: '2025-11-25',
    start: startReference,
    command: { command: process.execPath, args: [REFERENCE_PROGRAM, 'stdio'] },
    floor: { scenarios: 11, checks: 43 },
    added: [
      'dns-rebinding-protection localhost-host-rebinding-rejected',
      'server-session-lifecycle server-session-terminated-returns-404',
    ],
  },
  {
    name: 'a server of SDK v2',
    revision: '2025-11-25',
    start: () => startFixture('auto'),
    floor: { scenarios: 30, checks: 70 },
  },
  {
    name: 'a server of SDK v2',
    revision: '2026-07-28',
    start: () => startFixture('auto'),
    added: ['tasks-dispatch-and-envelope sep-2663-tasks-get-invalid-task-id-32602'],
    floor: { scenarios: 37, checks: 120 },
  },
]

describe.each(TARGETS)('$name through the gateway, $revision', (target) => {
  const { command, revision, start, floor } = target
  let plain: readonly Check[]
  let behind: readonly Check[]
  let refusal: Refusal

  // One run after the other, as in official-suite.test.ts.
  beforeAll(async () => {
    plain = await runOn(await start(), ({ origin }) => runOfficialSuite(`${origin}/mcp`, revision))
    const subject = await (command ? startGateway(command) : startBehindGateway(await start()))
    behind = await runOn(subject, async () => {
      const answer = await fetch(`${subject.gatewayUrl}/mcp`, { method: 'POST' })
      refusal = { origin: subject.origin, answer }
      return runOfficialSuite(`${subject.origin}/mcp`, revision)
    })
  }, 90_000)

  test('every check ends as it does without the gateway', () => {
    expectSameResult(plain, behind, target)
  })

  test(`${floor.scenarios} required scenarios pass, with ${floor.checks} checks`, async () => {
    await expectFloor(plain, target)
    await expectFloor(behind, target)
  })

  test('and without the token nobody gets in', () => {
    expectRefused(refusal)
  })
})
