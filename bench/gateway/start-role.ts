import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Question, RoleOrder } from './role.ts'

/** A server in a process of its own. */
export interface StartedRole {
  readonly origin: string
  ask(question: Question): Promise<number>
  close(): void
}

export async function startRole(
  name: string,
  order: Partial<RoleOrder> = {},
): Promise<StartedRole> {
  const file = new URL('role-process.ts', import.meta.url)
  const child: ChildProcess = fork(file, [name, JSON.stringify(order)], {
    execArgv: [...process.execArgv, '--expose-gc'],
  })
  const [origin] = (await once(child, 'message')) as [string]
  return {
    origin,
    async ask(question) {
      child.send(question)
      const [answer] = (await once(child, 'message')) as [number]
      return answer
    },
    close: () => child.disconnect(),
  }
}
