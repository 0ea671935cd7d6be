import { readFileSync, writeFileSync } from 'node:fs'
import { describeMachine } from './machine.ts'

const END = '<!-- end of last run -->'

/** A table of Markdown. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n')
}

/**
 * Replaces the figures of the last run of a command in a page of `docs/`, and says on what machine they
 * were taken.
 */
export function writeLastRun(
  page: 'performance' | 'reliability',
  command: string,
  figures: string,
): void {
  const file = new URL(`../docs/${page}.md`, import.meta.url)
  const begin = `<!-- last run: \`${command} -- --update\` -->\n`
  const document = readFileSync(file, 'utf8')
  const from = document.indexOf(begin) + begin.length
  const to = document.indexOf(END, from)
  if (from < begin.length || to === -1) throw new Error(`${file.pathname} has no place for it`)
  const run = `\n${describeMachine()}.\n\n${figures}\n\n`
  writeFileSync(file, `${document.slice(0, from)}${run}${document.slice(to)}`)
}
