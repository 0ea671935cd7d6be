/**
 * `npm run test:mutation [-- oauth policy … --mutate FILE]`: changes the code in every way that Stryker
 * knows, and counts the changes that the tests notice. What runs once, when a module loads, is left as it is.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { Stryker } from '@stryker-mutator/core'
import { tableOf } from '../../bench/last-run.ts'
import { TARGETS } from './targets.mjs'

const LEAST = 85

const { positionals, values } = parseArgs({
  options: { mutate: { type: 'string', multiple: true } },
  allowPositionals: true,
})
const rows = []
for (const name of positionals.length > 0 ? positionals : Object.keys(TARGETS)) {
  const target = TARGETS[name]
  if (target === undefined) throw new Error(`no ${name}: ${Object.keys(TARGETS).join(', ')}`)
  rows.push([name, ...describe(await mutate({ ...target, ...values }))])
}
console.log(tableOf(['folder', 'mutants', 'noticed', 'survived', 'score'], rows))

function mutate({ mutate: files, tests }) {
  process.env['MUTATION_TESTS'] = JSON.stringify(tests)
  return new Stryker({
    mutate: files,
    testRunner: 'vitest-5',
    plugins: ['@stryker-mutator/vitest-runner', './test/mutation/vitest-runner.mjs'],
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
    coverageAnalysis: 'perTest',
    ignoreStatic: true,
    concurrency: 1,
    // The one that it would rewrite has what only TypeScript 6 can parse.
    tsconfigFile: 'none',
    ignorePatterns: ['docs', 'dist'],
    tempDirName: '.stryker-tmp',
    reporters: ['clear-text', 'progress-append-only'],
    clearTextReporter: { logTests: false, allowColor: false },
    thresholds: { break: null },
  }).runMutationTest()
}

function describe(results) {
  const count = (...states) => results.filter(({ status }) => states.includes(status)).length
  const noticed = count('Killed', 'Timeout')
  const survived = count('Survived', 'NoCoverage')
  const score = (100 * noticed) / (noticed + survived)
  if (score < LEAST) process.exitCode = 1
  return [noticed + survived, noticed, survived, `${score.toFixed(1)} %`].map(String)
}
