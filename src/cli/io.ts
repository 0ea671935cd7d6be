import type { OnSignal } from './gateway/signals.ts'
import type { OpenUrl } from './open-url.ts'

/** Where text goes; a stream of Node.js is one. */
export interface TextSink {
  write(text: string): unknown
}

/** All that a command touches besides files, so that tests can stand in for it. */
export interface CliIo {
  readonly stdin: AsyncIterable<string | Uint8Array>
  readonly stdout: TextSink
  readonly stderr: TextSink
  readonly env: Readonly<Record<string, string | undefined>>
  readonly isTerminal: { readonly stdin: boolean; readonly stdout: boolean }
  /** What relative paths start from; absolute. */
  readonly cwd: string
  /** Seconds since the epoch, whole. */
  readonly now: () => number
  readonly onSignal: OnSignal
  /** What requests are made with. @defaultValue the platform's */
  readonly fetch?: typeof globalThis.fetch
  /** Shows a page to the user. @defaultValue pages are printed only */
  readonly openUrl?: OpenUrl
}
