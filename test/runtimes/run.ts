/**
 * Runs the smoke tests on every runtime: `npm run test:runtimes`.
 *
 * @module
 */
import { installRuntimes } from './install.ts'
import { runLiveChecks } from './live/run-live-checks.ts'
import { runWorkerExample } from './live/run-worker-example.ts'
import { runProcess } from './run-process.ts'
import { RUNTIMES, type Runtime } from './runtimes.ts'
import { createStage } from './stage.ts'
import type { CaseResult } from './suite/suite-case.ts'

await installRuntimes()
const stage = await createStage()
const total = { passed: 0, failed: 0, skipped: 0 }
try {
  // All runtimes have to give a result for what the first one has: a crash is a failure, too.
  let titles: readonly string[] = []
  for (const runtime of RUNTIMES) {
    const version = await readVersion(runtime, stage.directory)
    if (version instanceof Error) {
      total.skipped += Math.max(titles.length, 1)
      console.log(`${runtime.name}: skipped, ${version.message}`)
      continue
    }
    const results = await runOn(runtime, stage.directory)
    if (titles.length === 0) titles = results.map(({ title }) => title)
    report(`${runtime.name} (${version})`, results, titles)
  }
  report('examples/workers', await runWorkerExample(stage.directory), [])
} finally {
  stage.remove()
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1

function report(name: string, results: readonly CaseResult[], titles: readonly string[]): void {
  const failures = results.filter(({ failure }) => failure !== null)
  const found = new Set(results.map(({ title }) => title))
  const missing = titles.filter((title) => !found.has(title)).length
  const passed = results.length - failures.length
  const failed = failures.length + missing
  total.passed += passed
  total.failed += failed
  console.log(`${name}: ${passed} passed, ${failed} failed`)
  for (const { title, failure } of failures) console.log(`  ${title}: ${failure}`)
  if (missing > 0) console.log(`  ${missing} cases gave no result`)
}

/** The version that a binary reports, or why it cannot run here. */
async function readVersion({ program }: Runtime, cwd: string): Promise<string | Error> {
  try {
    const { code, output } = await runProcess({ program, parameters: ['--version'], cwd })
    const [firstLine = ''] = output.trim().split('\n')
    return code === 0 ? firstLine : new Error(`${program} ended with ${code}: ${firstLine}`)
  } catch (error) {
    return error as Error
  }
}

async function runOn(runtime: Runtime, directory: string): Promise<readonly CaseResult[]> {
  const { code, stdout, output } = await runProcess(await runtime.suite(directory))
  const suite = readResults(stdout)
  if (code !== 0) return [...suite, { title: `The suite ended with ${code}`, failure: output }]
  try {
    const live = await runLiveChecks((settings) => runtime.serve(directory, settings))
    return [...suite, ...live]
  } catch (error) {
    return [...suite, { title: 'The server', failure: String(error) }]
  }
}

function readResults(stdout: string): readonly CaseResult[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{"title":'))
  return lines.map((line) => JSON.parse(line) as CaseResult)
}
