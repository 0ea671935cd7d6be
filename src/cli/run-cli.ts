import { GatehouseError } from '../errors/index.ts'
import { apiKeysIssue } from './api-keys-issue.ts'
import { apiKeysList } from './api-keys-list.ts'
import { apiKeysRevoke } from './api-keys-revoke.ts'
import { CommandRefused, UsageError } from './cli-errors.ts'
import type { Command, CommandResult } from './command.ts'
import { describeFileFailure } from './file-failure.ts'
import { formatCommandHelp, formatOverview } from './help.ts'
import type { CliIo } from './io.ts'
import { keysClean } from './keys-clean.ts'
import { keysGenerate } from './keys-generate.ts'
import { keysK8s } from './keys-k8s.ts'
import { keysList } from './keys-list.ts'
import { keysRotate } from './keys-rotate.ts'
import { keysStorage } from './keys-storage.ts'
import { formatSuggestion } from './nearest.ts'
import { parseOptions } from './parse-options.ts'
import { providerCheck } from './provider-check.ts'
import { refuseSecretArguments } from './secret-arguments.ts'
import { tokenInspect } from './token-inspect.ts'

export type ExitCode = 0 | 1 | 2

const COMMANDS: readonly Command[] = [
  keysGenerate,
  keysRotate,
  keysList,
  keysStorage,
  keysK8s,
  keysClean,
  apiKeysIssue,
  apiKeysList,
  apiKeysRevoke,
  providerCheck,
  tokenInspect,
]
const HELP_FLAGS: ReadonlySet<string> = new Set(['--help', '-h'])

/**
 * Runs one command line, without the names of the runtime and the script.
 *
 * What was asked for goes to stdout, everything else to stderr; with `--json`, stdout is one JSON
 * document, `{"error": {"code", "message"}}` for a failure. No secret is printed, except by
 * `keys k8s` into a pipe and by `api-keys issue`, and none is taken from the arguments. It does NOT
 * end the process.
 *
 * @returns 0 for done, 1 for refused or failed, 2 for a command line that is not understood.
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<ExitCode> {
  const isJson = argv.includes('--json')
  try {
    refuseSecretArguments(argv)
    const words = argv.slice(0, leadingWords(argv))
    const command = COMMANDS.find(({ name }) => words.slice(0, 2).join(' ') === name)
    if (command === undefined) return overview(words, argv, io)
    const options = parseOptions(command, argv.slice(2).map(spellHelp))
    if (options.isSet('help')) {
      io.stdout.write(formatCommandHelp(command))
      return 0
    }
    const result = await command.run(options, io)
    print(result, isJson, io)
    return result.isRefusal === true ? 1 : 0
  } catch (error) {
    return report(error, isJson, io)
  }
}

function leadingWords(argv: readonly string[]): number {
  const first = argv.findIndex((argument) => argument.startsWith('-'))
  return first === -1 ? argv.length : first
}

const spellHelp = (argument: string): string => (argument === '-h' ? '--help' : argument)

/** What there is, for whoever asks for help or has named no command. */
function overview(words: readonly string[], argv: readonly string[], io: CliIo): ExitCode {
  const [group] = words
  const inGroup = COMMANDS.filter(({ name }) => group && name.startsWith(`${group} `))
  if (words.length > 1 || (words.length === 1 && inGroup.length === 0)) throw unknownCommand(words)
  const isHelp = argv.some((argument) => HELP_FLAGS.has(argument))
  const text = formatOverview(group === undefined ? COMMANDS : inGroup)
  if (!isHelp) throw new UsageError(`No command is given.\n\n${text.trimEnd()}`)
  io.stdout.write(text)
  return 0
}

/** A word that is no command can be anything, so only the suggestion is printed. */
function unknownCommand(words: readonly string[]): UsageError {
  const names = COMMANDS.map(({ name }) => name)
  // `generate` alone is `keys generate` without its group.
  const inGroup = names.find((name) => name.endsWith(` ${words[0]}`))
  const suggestion = inGroup
    ? ` Did you mean ${inGroup}?`
    : formatSuggestion(words.slice(0, 2).join(' '), names)
  return new UsageError(`Unknown command.${suggestion} \`mcp-gatehouse --help\` lists them.`)
}

function print({ json, lines, notes = [] }: CommandResult, isJson: boolean, io: CliIo): void {
  for (const line of isJson ? [JSON.stringify(json, null, 2)] : lines) io.stdout.write(`${line}\n`)
  for (const note of notes) io.stderr.write(`${note}\n`)
}

function report(error: unknown, isJson: boolean, io: CliIo): ExitCode {
  const { code, message, exitCode } = describe(error)
  if (isJson) io.stdout.write(`${JSON.stringify({ error: { code, message } }, null, 2)}\n`)
  io.stderr.write(`mcp-gatehouse: ${message}\n`)
  return exitCode
}

interface Failure {
  readonly code: string
  readonly message: string
  readonly exitCode: ExitCode
}

function describe(error: unknown): Failure {
  if (error instanceof UsageError) {
    return { code: 'usage', message: error.message, exitCode: 2 }
  }
  if (error instanceof CommandRefused) {
    return { code: 'refused', message: error.message, exitCode: 1 }
  }
  if (error instanceof GatehouseError) {
    return { code: error.code, message: error.message, exitCode: 1 }
  }
  const message = describeFileFailure(error) ?? describeDefect(error)
  return { code: 'failed', message, exitCode: 1 }
}

/** Where it happened, and not the message, which could quote a key. */
function describeDefect(error: unknown): string {
  const frames = error instanceof Error ? (error.stack ?? '').split('\n') : []
  const places = frames.filter((line) => /^\s+at /.test(line))
  return ['This is a defect. Please report it with these lines:', ...places].join('\n')
}
