import { readFileSync, writeFileSync } from 'node:fs'
import { describeMachine } from '../../bench/machine.ts'

const DOCUMENT = new URL('../../docs/reliability.md', import.meta.url)
const END = '<!-- end of last run -->'

/** A table of Markdown. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n')
}

/**
 * Replaces the figures of the last run of a command in docs/reliability.md, and says on what machine
 * they were taken.
 */
export function writeLastRun(command: string, figures: string): void {
  const begin = `<!-- last run: \`${command} -- --update\` -->\n`
  const document = readFileSync(DOCUMENT, 'utf8')
  const from = document.indexOf(begin) + begin.length
  const to = document.indexOf(END, from)
  if (from < begin.length || to === -1) throw new Error(`${DOCUMENT.pathname} has no place for it`)
  const run = `\n${describeMachine()}.\n\n${figures}\n\n`
  writeFileSync(DOCUMENT, `${document.slice(0, from)}${run}${document.slice(to)}`)
}
