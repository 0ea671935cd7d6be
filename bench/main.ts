/**
 * `npm run bench [-- row …] [--json] [--update]`: measures each row in a process of its own and
 * ends with 1 where a budget is missed. See docs/performance.md.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { writeLastRun } from './last-run.ts'
import { describeMachine } from './machine.ts'
import { isHeld, type Measurement } from './measurement.ts'
import { formatMarkdown, formatText } from './report.ts'
import { ROWS } from './rows.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, update: { type: 'boolean' } },
})
const names = positionals.length > 0 ? positionals : Object.keys(ROWS)
const unknown = names.find((name) => !Object.hasOwn(ROWS, name))
if (unknown !== undefined || (values.update && positionals.length > 0)) {
  console.error(`rows: ${Object.keys(ROWS).join(', ')}; --update takes no rows, it needs all`)
  process.exit(2)
}

const measurements: Measurement[] = []
for (const name of names) {
  console.error(`measuring ${name} …`)
  measurements.push(...(await measureRow(name)))
}
const run = { machine: describeMachine(), measurements }
console.log(values.json ? JSON.stringify(run, null, 2) : formatText(measurements))
if (values.update) writeLastRun('performance', 'npm run bench', formatMarkdown(measurements))
process.exitCode = measurements.every(isHeld) ? 0 : 1

async function measureRow(name: string): Promise<readonly Measurement[]> {
  const child = fork(new URL('row-process.ts', import.meta.url), [name], {
    execArgv: [...process.execArgv, '--expose-gc'],
  })
  let measured: readonly Measurement[] | undefined
  child.once('message', (message) => {
    measured = message as readonly Measurement[]
  })
  const [code] = await once(child, 'exit')
  if (measured === undefined) throw new Error(`${name} ended with ${code} and no measurement`)
  return measured
}
