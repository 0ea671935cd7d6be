import type { CliIo } from './io.ts'

export interface CommandOption {
  readonly name: string
  /** How its value is called in the help, such as `<file>`; a flag without it takes none. */
  readonly value?: string
  /** One line, without a full stop. */
  readonly help: string
  readonly isRequired?: boolean
  /** The values that it can have. @defaultValue any that is not empty */
  readonly choices?: readonly string[]
}

/** The one argument of a command that is no option. */
export interface CommandArgument {
  /** Its value is that of {@link GivenOptions.required} with this name. */
  readonly name: string
  /** One line, without a full stop. */
  readonly help: string
}

/** The options that were given, checked against {@link CommandOption}. */
export interface GivenOptions {
  /** The value of one that is required. */
  required(name: string): string
  value(name: string): string | undefined
  isSet(name: string): boolean
  /** What follows `--`, as it stands there. */
  readonly rest: readonly string[]
}

/** What a command has to say; how is decided by whoever runs it. */
export interface CommandResult {
  /** The one document on stdout with `--json`. */
  readonly json: unknown
  /** The lines on stdout without it. */
  readonly lines: readonly string[]
  /** Lines on stderr: warnings, and hints beside a document that is piped. @defaultValue none */
  readonly notes?: readonly string[]
  /** The answer is a refusal: exit code 1. @defaultValue false */
  readonly isRefusal?: boolean
}

export interface Command {
  /** As it is typed, such as `keys list`. */
  readonly name: string
  /** One line, imperative, without a full stop. */
  readonly summary: string
  /** What follows the name, and has to be there. @defaultValue none */
  readonly argument?: CommandArgument
  /** What may follow `--`. @defaultValue nothing */
  readonly rest?: CommandArgument
  readonly options: readonly CommandOption[]
  /** The optional peers that it cannot do without. @defaultValue none */
  readonly peers?: (options: GivenOptions) => readonly string[]
  /** Lines of the help that say what the options do not. */
  readonly details: readonly string[]
  /**
   * @throws {UsageError} exit code 2
   * @throws {CommandRefused} exit code 1; so do `GatehouseError` and errors of the file system
   */
  run(options: GivenOptions, io: CliIo): Promise<CommandResult>
}
