import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A revision whose required scenarios the suite knows. */
export type Revision = '2025-11-25' | '2026-07-28'

/** One check of one scenario; a scenario may report several under the same id. */
export interface Check {
  readonly scenario: string
  readonly id: string
  readonly status: string
  /** Why it did not pass. */
  readonly errorMessage: string | undefined
}

const packageJson = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/conformance/package.json',
)
const suite = (...path: string[]) => join(packageJson, '..', ...path)
/** The program of the suite. */
export const SUITE_PROGRAM: string = suite('dist', 'index.js')
// <role>-<scenario>-<instant, with dashes for colons and dots>
const RESULT_FOLDER = /^(?<name>.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/

/**
 * Runs the server scenarios of a revision against `url` in a process of its own.
 *
 * @returns Every check that the suite wrote down, by the name of its scenario and then in its order.
 */
export async function runOfficialSuite(url: string, revision: Revision): Promise<readonly Check[]> {
  return collectChecks('server', async (output) => {
    // The exit code says whether a scenario failed, which is for the caller to judge.
    const child = spawn(
      process.execPath,
      [SUITE_PROGRAM, 'server', '--url', url, '--requirements', revision, '-o', output],
      { stdio: 'ignore', timeout: 50_000 },
    )
    await once(child, 'exit')
  })
}

/**
 * The checks of a run that is told into which folder to write them.
 *
 * @param role What the suite puts in front of the names of the scenarios there.
 */
export async function collectChecks(
  role: 'authorization-server' | 'server',
  run: (output: string) => Promise<void>,
): Promise<readonly Check[]> {
  const output = await mkdtemp(join(tmpdir(), 'mcp-gatehouse-conformance-'))
  try {
    await run(output)
    return await readChecks(role, output)
  } finally {
    await rm(output, { recursive: true, force: true })
  }
}

async function readChecks(role: string, output: string): Promise<Check[]> {
  const folders = (await readdir(output)).toSorted()
  const scenarios = folders.map(async (folder) => {
    const name = RESULT_FOLDER.exec(folder)?.groups?.name
    if (!name?.startsWith(`${role}-`)) throw new Error(`${folder} is no result folder of the suite`)
    const scenario = name.slice(role.length + 1)
    const checks: Check[] = JSON.parse(await readFile(join(output, folder, 'checks.json'), 'utf8'))
    return checks.map(({ id, status, errorMessage }) => ({ scenario, id, status, errorMessage }))
  })
  return (await Promise.all(scenarios)).flat()
}

/** The server scenarios that a server must pass to conform to the revision. */
export async function requiredScenarios(revision: Revision): Promise<ReadonlySet<string>> {
  const yaml = await readFile(suite('requirements', `${revision}.yaml`), 'utf8')
  const list = /^server:\n(?<items>(?: {2}- .+\n)+)/m.exec(yaml)?.groups?.items
  if (list === undefined) throw new Error(`${revision}.yaml lists no server scenarios`)
  return new Set(
    list
      .trimEnd()
      .split('\n')
      .map((item) => item.slice('  - '.length)),
  )
}
