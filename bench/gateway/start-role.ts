import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { RoleOrder, UsageReport } from './role.ts'

/** A server in a process of its own. */
export interface StartedRole {
  readonly origin: string
  usage(): Promise<UsageReport>
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
    async usage() {
      child.send('usage')
      const [report] = (await once(child, 'message')) as [UsageReport]
      return report
    },
    close: () => child.disconnect(),
  }
}
