import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const page = readFileSync(join(import.meta.dirname, '../../docs/storage.md'), 'utf8')

/** The shell blocks under a heading of docs/storage.md, in their order. */
export function documentedCommands(heading: string): readonly string[] {
  const [, rest = ''] = page.split(new RegExp(`^#+ ${heading}$`, 'm'))
  const [section = ''] = rest.split(/^#/m)
  const blocks = [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block)
  if (blocks.length === 0) throw new Error(`docs/storage.md has no commands for ${heading}`)
  return blocks
}

/** Runs commands as they stand there. Throws where one fails, with what it says. */
export function runCommands(
  commands: string | undefined,
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): void {
  execFileSync('sh', ['-e', '-c', `umask 077\n${commands}`], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
}
