/** Why a process gave no answer, in the words of `upstream-failure.ts`. */
export type ProcessFailureCode =
  | 'STDIO_CREDENTIALS'
  | 'STDIO_ENDED'
  | 'STDIO_FULL'
  | 'STDIO_NOT_STARTED'
  | 'STDIO_TIMEOUT'

/** A process that did not do what it was there for. */
export class ProcessFailure extends Error {
  readonly code: ProcessFailureCode

  constructor(code: ProcessFailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ProcessFailure'
    this.code = code
  }
}
