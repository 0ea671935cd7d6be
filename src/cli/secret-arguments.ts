import { UsageError } from './cli-errors.ts'

/** A JSON object, PEM, a token, 32 bytes in hex or base64, and an API key. */
const SECRET_SHAPES: readonly RegExp[] = [
  /[{[]\s*"/,
  /-----BEGIN/,
  /^eyJ[\w-]{10,}/,
  /^[0-9a-f]{64}$/i,
  /^[a-z][a-z0-9]{1,15}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/,
  /^(?=.*[0-9])(?=.*[A-Z])(?=.*[a-z])[A-Za-z0-9+_-][A-Za-z0-9+/_-]{42}=?$/,
]
/** User information with a password (RFC 3986 §3.2.1). */
const URL_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*:[^/?#]*@/i

/**
 * Refuses arguments that look like a secret: every user of the machine can read them in the list
 * of processes, and the shell keeps them in its history (CWE-214).
 *
 * @throws {UsageError} Without the argument.
 */
export function refuseSecretArguments(argv: readonly string[]): void {
  for (const argument of argv) {
    const value = argument.replace(/^--?[\w-]+=/, '')
    if (![...SECRET_SHAPES, URL_PASSWORD].some((shape) => shape.test(value))) continue
    throw new UsageError(
      'An argument looks like a secret, which other users can read in the list of processes. ' +
        'Replace that secret, and pass it in a file or on stdin; a file of that name is ./name.',
    )
  }
}
