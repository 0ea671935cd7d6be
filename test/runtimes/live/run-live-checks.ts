import type { Command } from '../run-process.ts'
import type { ServedSettings } from '../suite/served-settings.ts'
import { type CaseResult, resultOf } from '../suite/suite-case.ts'
import { createHeldIssuer } from './held-issuer.ts'
import { LIVE_CHECKS } from './live-checks.ts'
import { findFreePort, startServer } from './served-process.ts'

/** Starts a gatehouse with a command and runs the live checks against it. */
export async function runLiveChecks(
  commandFor: (settings: ServedSettings) => Promise<Command>,
): Promise<readonly CaseResult[]> {
  const checks = await Promise.all(
    LIVE_CHECKS.map(async ({ title, run }) => ({ title, run, issuer: await createHeldIssuer() })),
  )
  const origin = `http://127.0.0.1:${await findFreePort()}`
  const resource = `${origin}/mcp`
  const command = await commandFor({ resource, issuers: checks.map(({ issuer }) => issuer.issuer) })
  const server = await startServer(command, `${origin}/.well-known/oauth-protected-resource/mcp`)
  try {
    const results: CaseResult[] = []
    for (const { title, run, issuer } of checks) {
      results.push(await resultOf(title, () => run(resource, issuer)))
    }
    return results
  } finally {
    await server.stop()
    await Promise.all(checks.map(({ issuer }) => issuer.close()))
  }
}
