import type { Command } from './command.ts'
import { formatTable } from './format.ts'
import { COMMON_OPTIONS } from './parse-options.ts'

const EXIT_CODES = 'Exit codes: 0 done, 1 refused or failed, 2 wrong usage.'

/** The help of one command. */
export function formatCommandHelp(command: Command): string {
  const all = [...command.options, ...COMMON_OPTIONS]
  const required = all.filter(({ isRequired }) => isRequired)
  const { argument, rest } = command
  const usage = [
    ...(argument === undefined ? [] : [`<${argument.name}>`]),
    ...required.map(({ name, value }) => `--${name} ${value}`),
    '[options]',
    ...(rest === undefined ? [] : [`[-- ${rest.name}]`]),
  ]
  const rows = [
    ...(argument === undefined ? [] : [[`<${argument.name}>`, argument.help]]),
    ...(rest === undefined ? [] : [[`-- ${rest.name}`, rest.help]]),
    ...all.map(({ name, value, help }) => [`--${name} ${value ?? ''}`.trimEnd(), help]),
  ]
  return joinLines([
    `${command.summary}.`,
    '',
    'Usage:',
    `  mcp-gatehouse ${command.name} ${usage.join(' ')}`,
    '',
    'Options:',
    ...formatTable(rows),
    '',
    ...command.details,
    '',
    EXIT_CODES,
  ])
}

/** The help of a group, such as `keys`, or of everything. */
export function formatOverview(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }) => [name, summary])
  return joinLines([
    'Usage:',
    '  mcp-gatehouse <command> [options]',
    '',
    'Commands:',
    ...formatTable(rows),
    '',
    '`mcp-gatehouse <command> --help` explains one. Secrets are read from files or stdin only.',
    'The pages that are named, such as docs/doctor.md, are in the folder of this package.',
    EXIT_CODES,
  ])
}

function joinLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}
