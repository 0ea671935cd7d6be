/**
 * `npm run test:fuzz [-- --runs 100000] [--update]`: every property as often as `--runs` says. With
 * `--update` the figures go into docs/reliability.md, where all of them hold.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { tableOf, writeLastRun } from '../../bench/last-run.ts'

interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly startTime: number
    readonly endTime: number
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '10000' }, update: { type: 'boolean' } },
  allowPositionals: true,
})
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-fuzz-'))
try {
  const file = join(folder, 'report.json')
  const code = await runTests(values.runs, file)
  const table = formatTable(JSON.parse(readFileSync(file, 'utf8')) as Report)
  console.log(table)
  const figures = `${Number(values.runs).toLocaleString('en')} runs of each property.\n\n${table}`
  if (values.update === true && code === 0)
    writeLastRun('reliability', 'npm run test:fuzz', figures)
  process.exitCode = code
} finally {
  rmSync(folder, { recursive: true })
}

async function runTests(runs: string, file: string): Promise<number> {
  const vitest = join(import.meta.dirname, '../../node_modules/vitest/vitest.mjs')
  const files = positionals.length > 0 ? positionals : ['test/fuzz']
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const parameters = [vitest, 'run', ...files, '--testTimeout=0', ...reporters]
  const env = { ...process.env, FUZZ_RUNS: runs }
  const tests = spawn(process.execPath, parameters, { stdio: 'inherit', env })
  const [code] = (await once(tests, 'exit')) as [number | null]
  return code ?? 1
}

function formatTable({ testResults }: Report): string {
  const rows = testResults
    .toSorted((one, other) => one.name.localeCompare(other.name))
    .map(({ name, startTime, endTime, assertionResults }) => {
      const held = assertionResults.filter(({ status }) => status === 'passed').length
      const seconds = Math.round((endTime - startTime) / 1_000)
      const target = basename(name, '.test.ts').replaceAll('-', ' ')
      return [target, `${held} of ${assertionResults.length}`, seconds.toLocaleString('en')]
    })
  return tableOf(['target', 'properties that hold', 'seconds'], rows)
}
