declare module 'autocannon' {
  import type { EventEmitter } from 'node:events'

  interface Request {
    readonly method?: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string
  }

  interface Client {
    setRequests(requests: readonly Request[]): void
  }

  interface Options {
    readonly url: string
    readonly connections: number
    readonly amount: number
    readonly expectBody: string
    /** Milliseconds between samples: autocannon notices the end of a run only at a sample. */
    readonly sampleInt: number
    readonly setupClient: (client: Client) => void
  }

  interface Result {
    readonly '2xx': number
    readonly non2xx: number
    readonly errors: number
    readonly mismatches: number
  }

  export default function autocannon(
    options: Options,
    done: (error: Error | null, result: Result) => void,
  ): EventEmitter
}
