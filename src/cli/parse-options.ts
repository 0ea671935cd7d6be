import { parseArgs } from 'node:util'
import { UsageError } from './cli-errors.ts'
import type { Command, CommandOption, GivenOptions } from './command.ts'
import { formatSuggestion } from './nearest.ts'

/** Every command has these. */
export const COMMON_OPTIONS: readonly CommandOption[] = [
  { name: 'json', help: 'Print one JSON document' },
  { name: 'help', help: 'Print this text' },
]

/** What may be repeated in a message: anything else could be a secret. */
const PRINTABLE_NAME = /^[a-z][a-z0-9-]{0,30}$/i

/**
 * Reads the arguments after the name of a command.
 *
 * @param rest What follows `--`.
 * @throws {UsageError} For an option that is unknown, given twice, without its value, or not among
 *   its choices; for a missing one; and for other arguments than the command has. Values are not
 *   echoed.
 */
export function parseOptions(
  command: Command,
  argv: readonly string[],
  rest: readonly string[] = [],
): GivenOptions {
  const known = new Map(
    [...command.options, ...COMMON_OPTIONS].map((option) => [option.name, option]),
  )
  const given = new Map<string, string>()
  const { options, positionals } = readTokens(known, argv)
  for (const token of options) {
    const { name } = token
    const option = known.get(name)
    if (option === undefined) throw unknownOption(name, known.keys())
    if (given.has(name)) throw new UsageError(`--${name} is given twice.`)
    given.set(name, checkValue(option, token))
  }
  takeArgument(command, positionals, given)
  if (rest.length > 0 && command.rest === undefined) {
    throw new UsageError(`\`${command.name}\` takes options only, such as --json.`)
  }
  if (!given.has('help')) checkRequired(command, given)
  return {
    required: (name) => given.get(name) ?? '',
    value: (name) => given.get(name),
    isSet: (name) => given.has(name),
    rest,
  }
}

interface OptionToken {
  readonly name: string
  readonly value: string | undefined
  /** Whether the value follows an equals sign. */
  readonly inlineValue: boolean | undefined
}

function readTokens(
  known: ReadonlyMap<string, CommandOption>,
  argv: readonly string[],
): { readonly options: readonly OptionToken[]; readonly positionals: readonly string[] } {
  const types = [...known.values()].map(
    ({ name, value }) => [name, { type: value === undefined ? 'boolean' : 'string' }] as const,
  )
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(types),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const options = tokens.filter((token) => token.kind === 'option')
  // An unknown option's value stands there as a positional: the option is what to complain about.
  const unknown = options.find(({ name }) => !known.has(name))
  if (unknown !== undefined) throw unknownOption(unknown.name, known.keys())
  const positionals = tokens.filter((token) => token.kind === 'positional')
  return { options, positionals: positionals.map(({ value }) => value) }
}

function takeArgument(
  { name, argument }: Command,
  positionals: readonly string[],
  given: Map<string, string>,
): void {
  const [value, ...others] = positionals
  if (argument === undefined ? value !== undefined : others.length > 0) {
    const only = argument === undefined ? 'options only' : `one <${argument.name}> and options`
    throw new UsageError(`\`${name}\` takes ${only}, such as --json.`)
  }
  if (argument !== undefined && value) given.set(argument.name, value)
}

function unknownOption(name: string, known: Iterable<string>): UsageError {
  if (!PRINTABLE_NAME.test(name)) return new UsageError('Unknown option.')
  const suggestion = formatSuggestion(
    `--${name}`,
    [...known].map((option) => `--${option}`),
  )
  return new UsageError(`Unknown option --${name}.${suggestion}`)
}

function checkValue(option: CommandOption, { value, inlineValue }: OptionToken): string {
  const { name, choices } = option
  if (option.value === undefined) {
    if (value !== undefined) throw new UsageError(`--${name} takes no value.`)
    return ''
  }
  const isOption = inlineValue === false && /^-./.test(value ?? '')
  if (value === undefined || value === '' || isOption) {
    throw new UsageError(`--${name} needs a value: --${name} ${option.value}.`)
  }
  if (choices !== undefined && !choices.includes(value)) {
    const suggestion = formatSuggestion(value, choices)
    throw new UsageError(`--${name} is one of ${choices.join(', ')}.${suggestion}`)
  }
  return value
}

function checkRequired(
  { name: command, argument, options }: Command,
  given: ReadonlyMap<string, string>,
): void {
  if (argument !== undefined && !given.has(argument.name)) {
    const usage = `mcp-gatehouse ${command} <${argument.name}>`
    throw new UsageError(`<${argument.name}> is missing: \`${usage}\`.`)
  }
  const missing = options.find(({ name, isRequired }) => isRequired === true && !given.has(name))
  if (missing === undefined) return
  throw new UsageError(`--${missing.name} is missing: --${missing.name} ${missing.value}.`)
}
