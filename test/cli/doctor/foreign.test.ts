import { expect, test, vi } from 'vitest'
import {
  startFastmcp,
  startMcpAuth,
  startMcpHandler,
  startSdkLegacy,
  startSdkV1,
  startSdkV2,
} from './foreign-servers.ts'
import { checksThat, createUser, examine } from './support.ts'

/** The provider of the SDK's examples signs everybody in without asking. */
async function browse(url: string): Promise<void> {
  await (await fetch(url)).text()
}

interface Row {
  readonly start: () => Promise<string>
  readonly openUrl?: (url: string) => Promise<void>
  readonly faults: readonly string[]
  readonly warnings: readonly string[]
}

const FLAGS = ['--active', '--sign-in']

test.each<readonly [string, Row]>([
  [
    // Its provider throws where it should say that a token is bad, and knows no audience.
    'the example of SDK v1, mcpAuthRouter and requireBearerAuth',
    {
      start: startSdkV1,
      openUrl: browse,
      faults: ['bad-token', 'altered-token', 'other-audience'],
      warnings: ['challenge-error', 'origin', 'iss'],
    },
  ],
  [
    'mcpAuthRouter of server-legacy with requireBearerAuth of SDK v2',
    {
      start: startSdkLegacy,
      openUrl: browse,
      faults: ['bad-token', 'altered-token', 'other-audience'],
      warnings: ['challenge-error', 'origin'],
    },
  ],
  [
    'SDK v2 with a verifier that forgets the audience',
    { start: startSdkV2, faults: ['other-audience'], warnings: ['challenge-error', 'origin'] },
  ],
  ['mcp-auth', { start: startMcpAuth, faults: [], warnings: ['challenge-error', 'origin'] }],
  [
    'fastmcp with an authenticate that forgets audience and challenge',
    {
      start: startFastmcp,
      faults: ['other-audience'],
      warnings: ['challenge', 'bad-token', 'origin', 'web-pages'],
    },
  ],
  [
    // Its metadata names the origin, for which the authorization server has no tokens.
    'mcp-handler that is not told its URL',
    {
      start: startMcpHandler,
      faults: ['forwarded-host', 'sign-in'],
      warnings: ['challenge-error', 'resource', 'origin'],
    },
  ],
])('doctor of %s', { timeout: 60_000 }, async (_title, row) => {
  vi.spyOn(console, 'log').mockImplementation(() => {})
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const url = await row.start()
  const { code, report } = await examine(url, FLAGS, { openUrl: row.openUrl ?? createUser() })
  expect(checksThat('fail', report)).toEqual(row.faults)
  expect(checksThat('warn', report)).toEqual(row.warnings)
  expect(code).toBe(row.faults.length > 0 ? 1 : 0)
})
