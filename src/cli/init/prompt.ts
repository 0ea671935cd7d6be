import { createInterface } from 'node:readline/promises'
import { Readable } from 'node:stream'
import type { CliIo } from '../io.ts'
import { formatSuggestion } from '../nearest.ts'

/** Asks which of several; an empty line takes the first, and what is none of them is asked again. */
export type Choose = <Choice extends string>(
  question: string,
  choices: readonly Choice[],
) => Promise<Choice>

/** Reads answers from stdin, one a line, and asks on stderr. Its end takes the first of each. */
export function createPrompt(io: CliIo): { readonly choose: Choose; close(): void } {
  const reader = createInterface({ input: Readable.from(io.stdin) })
  const lines = reader[Symbol.asyncIterator]()
  return {
    choose: async (question, choices) => {
      const [first] = choices
      if (first === undefined) throw new Error('createPrompt: there is nothing to choose from')
      for (;;) {
        io.stderr.write(`${question}\n  ${choices.join(', ')}\n[${first}] `)
        const { value, done } = await lines.next()
        const answer = done === true ? '' : value.trim().toLowerCase()
        const chosen = answer === '' ? first : choices.find((choice) => choice === answer)
        if (chosen !== undefined) return chosen
        io.stderr.write(`That is none of them.${formatSuggestion(answer, choices)}\n`)
      }
    },
    close: () => reader.close(),
  }
}
