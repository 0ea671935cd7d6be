import type { CliIo } from './io.ts'

/** Longer than any answer. */
const MAX_ANSWER_LENGTH = 100

/** Asks on stderr, so that stdout stays what a script reads, and takes `y` or `yes` as consent. */
export async function confirm(io: CliIo, question: string): Promise<boolean> {
  io.stderr.write(`${question} [y/N] `)
  const decoder = new TextDecoder()
  let answer = ''
  for await (const chunk of io.stdin) {
    answer += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    if (answer.includes('\n') || answer.length > MAX_ANSWER_LENGTH) break
  }
  return /^\s*y(es)?\s*$/i.test(answer.split('\n')[0] ?? '')
}
