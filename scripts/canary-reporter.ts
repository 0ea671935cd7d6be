import type { Reporter } from 'vitest/node'

/** Credentials that tests give to the code have this in them, so that one in a log is seen. */
const CANARY = /canary|c4n4ry/i

/** Fails the run where any test, or code under test, has written such a credential to a log. */
export default class CanaryReporter implements Reporter {
  #leaks: string[] = []

  onUserConsoleLog({
    content,
    taskId = 'outside of tests',
  }: {
    content: string
    taskId?: string
  }): void {
    if (CANARY.test(content)) this.#leaks.push(taskId)
  }

  onTestRunEnd(): void {
    if (this.#leaks.length === 0) return
    process.stdout.write(`\nA credential was written to a log by ${this.#leaks.join(', ')}.\n`)
    process.exitCode = 1
  }
}
