/** The command line cannot be understood: exit code 2. The message echoes no value. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The command is understood, and not carried out: exit code 1. The message holds the remedy. */
export class CommandRefused extends Error {
  override readonly name = 'CommandRefused'
}
