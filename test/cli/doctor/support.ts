import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import type { ClientReport } from '../../../src/cli/doctor/clients.ts'
import type { CheckVerdict, Finding } from '../../../src/cli/doctor/finding.ts'
import { type Run, runHere, type Surroundings } from '../support.ts'

export interface DoctorReport {
  readonly url: string
  readonly summary: string
  readonly faults: number
  readonly warnings: number
  readonly findings: readonly Finding[]
  readonly clients: readonly ClientReport[]
}

/** Runs `doctor --json` at the time of the platform, as the servers of these tests do. */
export async function examine(
  url: string,
  flags: readonly string[] = [],
  surroundings: Surroundings = {},
): Promise<Run & { readonly report: DoctorReport }> {
  const run = await runHere('/nowhere', ['doctor', url, '--json', ...flags], {
    now: () => Math.floor(Date.now() / 1_000),
    ...surroundings,
  })
  return { ...run, report: JSON.parse(run.stdout) as DoctorReport }
}

/** The checks with this verdict, each once. */
export function checksThat(verdict: CheckVerdict, { findings }: DoctorReport): readonly string[] {
  const found = findings.filter((finding) => finding.verdict === verdict)
  return [...new Set(found.map(({ check }) => check))]
}

/** Opens the URL, signs alice in, and goes where the authorization server sends her. */
export function createUser(
  username = 'alice',
  password = 'wonderland',
): (url: string) => Promise<void> {
  const browser = createScriptedBrowser()
  return async (url) => {
    const callback = await browser.authorize(url, { username, password })
    await (await fetch(callback)).body?.cancel()
  }
}
