import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { createScriptedBrowser, type SignIn } from 'mcp-gatehouse/testing'
import { vi } from 'vitest'
import { type Check, collectChecks, SUITE_PROGRAM } from './official-suite.ts'

/** The revisions that the suite can be asked for; it calls the last one `draft` too. */
export const REVISIONS = ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'] as const
export type SuiteRevision = (typeof REVISIONS)[number]

/** The client that the suite acts as. */
export interface SuiteClient {
  readonly clientId: string
  readonly clientSecret?: string | undefined
}

/** What the suite is told about an authorization server. */
export interface SuiteTarget extends SuiteClient {
  readonly issuer: string
  /** The suite receives the answer at `http://127.0.0.1:<port>/callback`. */
  readonly port: number
  /** Sent as `resource`, where the clients of the revision do. */
  readonly resource?: string | undefined
}

/**
 * Runs all authorization-server scenarios of a revision in a process of its own. The suite prints
 * the URL that a human would open; the scripted browser goes there as somebody.
 *
 * @returns Every check that the suite wrote down, by the name of its scenario and then in its order.
 */
export async function runAuthorizationServerSuite(
  target: SuiteTarget,
  revision: SuiteRevision,
  signIn: SignIn,
): Promise<readonly Check[]> {
  return collectChecks('authorization-server', async (output) => {
    const child = spawn(
      process.execPath,
      [SUITE_PROGRAM, 'authorization', ...argumentsFor(target, revision), '-o', output],
      { stdio: ['ignore', 'pipe', 'ignore'], timeout: 50_000 },
    )
    const exited = once(child, 'exit')
    try {
      for await (const line of createInterface({ input: child.stdout })) {
        if (/^https?:\/\//.test(line)) await visit(line, signIn)
      }
    } finally {
      child.kill()
      await exited
    }
  })
}

function argumentsFor(target: SuiteTarget, revision: SuiteRevision): readonly string[] {
  const options = {
    '--url': target.issuer,
    '--spec-version': revision,
    '--port': String(target.port),
    '--client-id': target.clientId,
    '--client-secret': target.clientSecret,
    '--resource': target.resource,
  }
  return Object.entries(options).flatMap(([name, value]) => (value ? [name, value] : []))
}

async function visit(authorizationUrl: string, signIn: SignIn): Promise<void> {
  const callback = await createScriptedBrowser().authorize(authorizationUrl, signIn)
  // It listens a moment after it has printed the URL, which no human would notice. Where it cannot,
  // its check says why.
  await vi.waitFor(() => fetch(callback), { timeout: 30_000 }).catch(() => undefined)
}
