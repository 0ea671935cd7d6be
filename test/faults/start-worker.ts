import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { forkProcess } from '../contract/fork-process.ts'
import { createLedger, type Ledger } from './ledger.ts'
import type { Orders } from './worker/orders.ts'

/** A process that has loaded everything and waits. */
export interface Worker {
  readonly orders: Orders
  readonly ledger: Ledger
  /** Lets it begin. */
  go(): void
  /** Resolves once the ledger has so many lines, or the worker has ended. */
  untilLines(count: number): Promise<void>
  /** Kills it (SIGKILL); resolves once everything that it has said is in the ledger. */
  kill(): Promise<void>
}

export async function startWorker(orders: Orders): Promise<Worker> {
  const child = forkProcess(join(import.meta.dirname, 'worker/main.ts'), 'pipe')
  const ledger = createLedger()
  const ended = readInto(child, ledger)
  child.send(orders)
  await Promise.race([once(child, 'message'), ended.then(() => failToStart(child))])
  let wake: (() => void) | undefined
  let wanted = 0
  child.stdout?.on('data', () => {
    if (ledger.lines >= wanted) wake?.()
  })
  return {
    orders,
    ledger,
    go: () => void child.send('go'),
    async untilLines(count) {
      const { promise, resolve } = Promise.withResolvers<void>()
      wanted = count
      wake = resolve
      if (ledger.lines >= count) resolve()
      await Promise.race([promise, ended])
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Resolves when the process has ended, and all that it wrote has been read. */
async function readInto(child: ChildProcess, ledger: Ledger): Promise<void> {
  child.stdout?.setEncoding('utf8').on('data', (text: string) => ledger.add(text))
  await once(child, 'close')
}

function failToStart({ exitCode }: ChildProcess): never {
  throw new Error(`the worker has ended with ${exitCode}`)
}
