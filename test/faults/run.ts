/**
 * `npm run test:faults [-- --update]`: the fault tests in their long form, at most half an hour.
 * With `--update` the figures go into docs/reliability.md, where all tests have passed.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { runLong } from './long-run.ts'

const { values } = parseArgs({ options: { update: { type: 'boolean' } } })
await runLong({
  folder: 'test/faults',
  command: 'npm run test:faults',
  environment: { FAULTS: 'long' },
  limitMilliseconds: 1_800_000,
  shouldUpdate: values.update === true,
})
