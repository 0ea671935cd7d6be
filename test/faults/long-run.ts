import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tableOf, writeLastRun } from '../../bench/last-run.ts'
import type { Figure } from './scale.ts'

/** Tests that are run for long by themselves. */
export interface LongRun {
  /** Folder of the tests. */
  readonly folder: string
  /** Of the command, as docs/reliability.md has it above the figures. */
  readonly command: string
  /** What makes the tests long. */
  readonly environment: Readonly<Record<string, string>>
  readonly limitMilliseconds: number
  /** Whether the figures go into docs/reliability.md, where all tests have passed. */
  readonly shouldUpdate: boolean
}

/** Runs the tests, prints their figures, and sets the exit code of this process. */
export async function runLong(run: LongRun): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-figures-'))
  const file = join(folder, 'figures')
  try {
    writeFileSync(file, '')
    const code = await runTests(run, file)
    const figures = readFigures(file)
    console.log(formatTable(figures))
    if (run.shouldUpdate && code === 0)
      writeLastRun('reliability', run.command, formatTable(figures))
    process.exitCode = code
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @returns The exit code, 1 where the time was over. */
async function runTests(
  { folder, environment, limitMilliseconds }: LongRun,
  file: string,
): Promise<number> {
  const vitest = join(import.meta.dirname, '../../node_modules/vitest/vitest.mjs')
  // One file after the other: what is measured is not to wait for something else.
  const parameters = [vitest, 'run', folder, '--no-file-parallelism', '--reporter=verbose']
  const tests = spawn(process.execPath, parameters, {
    stdio: 'inherit',
    env: { ...process.env, ...environment, FAULTS_FIGURES: file },
  })
  const timer = setTimeout(() => tests.kill(), limitMilliseconds)
  const [code] = (await once(tests, 'exit')) as [number | null]
  clearTimeout(timer)
  if (code === null) console.error(`not done in ${limitMilliseconds / 1_000} s`)
  return code ?? 1
}

function readFigures(file: string): readonly Figure[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Figure)
}

function formatTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, store, found }) => [what, store, found])
  return tableOf(['what', 'store', 'found'], rows)
}
