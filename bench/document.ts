import { readFileSync, writeFileSync } from 'node:fs'
import { describeMachine } from './machine.ts'
import type { Measurement } from './measurement.ts'
import { formatMarkdown } from './report.ts'

const FILE = new URL('../docs/performance.md', import.meta.url)
const LAST_RUN =
  /(?<=<!-- last run: `npm run bench -- --update` -->\n)[^]*?(?=<!-- end of last run -->)/

/** Puts a run into docs/performance.md, in the place of the last one. */
export function updateDocument(measurements: readonly Measurement[]): void {
  const document = readFileSync(FILE, 'utf8')
  if (!LAST_RUN.test(document)) throw new Error(`${FILE.pathname} has no place for the run`)
  const run = `\n${describeMachine()}.\n\n${formatMarkdown(measurements)}\n\n`
  writeFileSync(
    FILE,
    document.replace(LAST_RUN, () => run),
  )
}
