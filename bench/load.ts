import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** A request as every connection sends it, apart from its token. */
export interface Exchange {
  readonly path: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** One round of requests against one server. */
export interface LoadOrder {
  readonly url: string
  readonly exchange: Exchange
  /** Dealt out to the connections; each goes through its own in a circle. */
  readonly tokens: readonly string[]
  /** Requests altogether. */
  readonly amount: number
  /** What every answer has to be. */
  readonly expectBody: string
}

export interface LoadReport {
  readonly requestsPerSecond: number
  /** What one in a hundred took longer than. */
  readonly p99Milliseconds: number
  /** Answers other than 2xx, other bodies, broken connections. */
  readonly failures: number
  /** Share of the time in which the load's own thread had work, 0 to 1. */
  readonly utilization: number
}

/** Load from a process of its own, so that the server has its core for itself. */
export interface Load {
  /** @throws when a single answer was not the expected one */
  run(order: LoadOrder): Promise<LoadReport>
  close(): void
}

export function startLoad(): Load {
  const child = fork(new URL('load-process.ts', import.meta.url))
  return {
    async run(order) {
      child.send(order)
      const report = await nextReport(child)
      if (report.failures > 0) throw new Error(`${order.url}: ${report.failures} wrong answers`)
      return report
    },
    close: () => child.disconnect(),
  }
}

async function nextReport(child: ChildProcess): Promise<LoadReport> {
  const [report] = await once(child, 'message')
  return report as LoadReport
}
