/**
 * `npm run test:endurance [-- --minutes 3] [--update]`: the endurance test in its long form, ten
 * minutes unless fewer are given. With `--update` the figures go into docs/reliability.md, where it
 * has passed.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { runLong } from '../faults/long-run.ts'

const options = { minutes: { type: 'string', default: '10' }, update: { type: 'boolean' } } as const
const { values } = parseArgs({ options })
const seconds = Number(values.minutes) * 60
await runLong({
  folder: 'test/endurance',
  command: 'npm run test:endurance',
  environment: { ENDURANCE_SECONDS: String(seconds) },
  limitMilliseconds: (seconds + 120) * 1_000,
  shouldUpdate: values.update === true,
})
