import { createLineReader } from './lines.ts'

const MAX_LINE_CHARACTERS = 1_000
/** So many at once, and one more each second; what is beyond is counted and not kept. */
const BURST = 50
const MIN_SECRET_LENGTH = 6
const REDACTED = '[redacted]'
/** What looks like a token, whoever has written it there. */
const TOKEN = /\b(?:Bearer\s+\S+|eyJ[\w-]+\.[\w-]+\.[\w.-]*)/gi
// oxlint-disable-next-line no-control-regex -- what a terminal would obey
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/** Turns what a process writes to its standard error into lines for the operator. */
export interface StderrLines {
  push(chunk: Buffer): void
  say(text: string): void
}

/** @param secrets What must not be seen, such as the values of its environment. */
export function createStderrLines(
  secrets: readonly string[],
  elapsed: () => number,
  onLine: (text: string, leftOut: number) => void,
): StderrLines {
  // A key in PEM is written line by line; what is part of another value comes after it.
  const hidden = secrets
    .flatMap((secret) => secret.split(/\r?\n/))
    .filter(({ length }) => length >= MIN_SECRET_LENGTH)
    .toSorted((one, other) => other.length - one.length)
  let allowance = BURST
  let refilledAt = elapsed()
  let leftOut = 0
  const reader = (): ReturnType<typeof createLineReader> => createLineReader(65_536, say)
  let lines = reader()

  function say(text: string): void {
    const now = elapsed()
    allowance = Math.min(BURST, allowance + (now - refilledAt) / 1_000)
    refilledAt = now
    if (allowance < 1) {
      leftOut += 1
      return
    }
    allowance -= 1
    onLine(redact(text, hidden).slice(0, MAX_LINE_CHARACTERS), leftOut)
    leftOut = 0
  }

  return {
    say,
    push(chunk) {
      if (lines.push(chunk)) return
      leftOut += 1
      lines = reader()
    },
  }
}

function redact(text: string, hidden: readonly string[]): string {
  const withoutSecrets = hidden.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text)
  return withoutSecrets.replaceAll(TOKEN, REDACTED).replaceAll(CONTROL, ' ')
}
