import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A process that answers one message with another. */
export interface TestProcess {
  /** @returns What it answers; one question at a time. */
  ask<Answer>(question: object): Promise<Answer>
}

const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
})

/** Starts a file beside this one; it ends with the tests of the file. */
export function startProcess(file: string): TestProcess {
  const child = fork(join(import.meta.dirname, file), { execArgv: [] })
  children.push(child)
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${file} has ended`)))
  ended.catch(() => undefined)
  return {
    async ask<Answer>(question: object) {
      child.send(question)
      const [answer] = await Promise.race([once(child, 'message'), ended])
      return answer as Answer
    },
  }
}
