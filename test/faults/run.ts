/**
 * `npm run test:faults [-- --update]`: the fault tests in their long form, at most half an hour.
 * With `--update` the figures go into docs/reliability.md, where all tests have passed.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine } from '../../bench/machine.ts'
import type { Figure } from './scale.ts'

const DOCUMENT = new URL('../../docs/reliability.md', import.meta.url)
const LAST_RUN =
  /(?<=<!-- last run: `npm run test:faults -- --update` -->\n)[^]*?(?=<!-- end of last run -->)/
const LIMIT_MILLISECONDS = 1_800_000

const { values } = parseArgs({ options: { update: { type: 'boolean' } } })
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-faults-'))
const file = join(folder, 'figures')
try {
  writeFileSync(file, '')
  const code = await runTests()
  const figures = readFigures()
  console.log(formatTable(figures))
  if (values.update && code === 0) updateDocument(figures)
  process.exitCode = code
} finally {
  rmSync(folder, { recursive: true })
}

/** @returns The exit code, 1 where the time was over. */
async function runTests(): Promise<number> {
  const vitest = join(import.meta.dirname, '../../node_modules/vitest/vitest.mjs')
  // One file after the other: what is measured is not to wait for something else.
  const parameters = [vitest, 'run', 'test/faults', '--no-file-parallelism', '--reporter=verbose']
  const tests = spawn(process.execPath, parameters, {
    stdio: 'inherit',
    env: { ...process.env, FAULTS: 'long', FAULTS_FIGURES: file },
  })
  const timer = setTimeout(() => tests.kill(), LIMIT_MILLISECONDS)
  const [code] = (await once(tests, 'exit')) as [number | null]
  clearTimeout(timer)
  if (code === null) console.error(`not done in ${LIMIT_MILLISECONDS / 1_000} s`)
  return code ?? 1
}

function readFigures(): readonly Figure[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Figure)
}

function formatTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, store, found }) => [what, store, found])
  const lines = [['what', 'store', 'found'], ['---', '---', '---'], ...rows]
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n')
}

function updateDocument(figures: readonly Figure[]): void {
  const document = readFileSync(DOCUMENT, 'utf8')
  if (!LAST_RUN.test(document)) throw new Error(`${DOCUMENT.pathname} has no place for the run`)
  const run = `\n${describeMachine()}.\n\n${formatTable(figures)}\n\n`
  writeFileSync(
    DOCUMENT,
    document.replace(LAST_RUN, () => run),
  )
}
