import { ConfigError, GatehouseError } from '../errors/index.ts'
import { accountDelete } from './account-delete.ts'
import { accountDisconnect } from './account-disconnect.ts'
import { accountExport } from './account-export.ts'
import { accountList } from './account-list.ts'
import { accountRevoke } from './account-revoke.ts'
import { apiKeysIssue } from './api-keys-issue.ts'
import { apiKeysList } from './api-keys-list.ts'
import { apiKeysRevoke } from './api-keys-revoke.ts'
import { auditVerify } from './audit-verify.ts'
import { CommandRefused, UsageError } from './cli-errors.ts'
import type { Command, CommandResult, GivenOptions } from './command.ts'
import { devRun } from './dev-run.ts'
import { doctor } from './doctor.ts'
import { describeFileFailure } from './file-failure.ts'
import { gatewayRun } from './gateway-run.ts'
import { formatCommandHelp, formatOverview } from './help.ts'
import { init } from './init.ts'
import type { CliIo } from './io.ts'
import { keysClean } from './keys-clean.ts'
import { keysGenerate } from './keys-generate.ts'
import { keysK8s } from './keys-k8s.ts'
import { keysList } from './keys-list.ts'
import { keysRotate } from './keys-rotate.ts'
import { keysStorage } from './keys-storage.ts'
import { missingPeersMessage } from './missing-peers.ts'
import { formatSuggestion } from './nearest.ts'
import { isPeer } from './package-ranges.ts'
import { parseOptions } from './parse-options.ts'
import { providerCheck } from './provider-check.ts'
import { refuseSecretArguments } from './secret-arguments.ts'
import { tokenInspect } from './token-inspect.ts'

export type ExitCode = 0 | 1 | 2

const COMMANDS: readonly Command[] = [
  devRun,
  gatewayRun,
  keysGenerate,
  keysRotate,
  keysList,
  keysStorage,
  keysK8s,
  keysClean,
  apiKeysIssue,
  apiKeysList,
  apiKeysRevoke,
  accountList,
  accountDisconnect,
  accountExport,
  accountDelete,
  accountRevoke,
  auditVerify,
  providerCheck,
  tokenInspect,
  doctor,
  init,
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
export async function runCli(all: readonly string[], io: CliIo): Promise<ExitCode> {
  const [argv, others] = splitAtTerminator(all)
  const isJson = argv.includes('--json')
  try {
    refuseSecretArguments(all)
    const words = argv.slice(0, leadingWords(argv))
    const command = COMMANDS.find(({ name }) => startsWithWords(words, name.split(' ')))
    if (command === undefined) return overview(words, argv, io)
    const rest = argv.slice(command.name.split(' ').length)
    const options = parseOptions(command, rest.map(spellHelp), others)
    if (options.isSet('help')) {
      io.stdout.write(formatCommandHelp(command))
      return 0
    }
    const result = await command.run(options, io).catch((error: unknown) => {
      throw withInstallation(error, command, options)
    })
    print(result, isJson, io)
    return result.isRefusal === true ? 1 : 0
  } catch (error) {
    return report(error, isJson, io)
  }
}

/** What follows `--` is for another program. */
function splitAtTerminator(argv: readonly string[]): [readonly string[], readonly string[]] {
  const at = argv.indexOf('--')
  return at === -1 ? [argv, []] : [argv.slice(0, at), argv.slice(at + 1)]
}

function leadingWords(argv: readonly string[]): number {
  const first = argv.findIndex((argument) => argument.startsWith('-'))
  return first === -1 ? argv.length : first
}

function startsWithWords(words: readonly string[], name: readonly string[]): boolean {
  return name.every((word, index) => words[index] === word)
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

/** A missing package, told with all that the command needs: not one at a time. */
function withInstallation(cause: unknown, command: Command, options: GivenOptions): unknown {
  if (!(cause instanceof ConfigError) || cause.code !== 'ERR_CONFIG_PEER_MISSING') return cause
  const [missing = ''] = cause.message.split(': ', 1)
  if (!isPeer(missing)) return cause
  const message = missingPeersMessage(command.name, missing, command.peers?.(options) ?? [])
  return new CommandRefused(message, { cause })
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
    const code = error.cause instanceof GatehouseError ? error.cause.code : 'refused'
    return { code, message: error.message, exitCode: 1 }
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
