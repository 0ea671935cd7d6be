import type { Clock } from '../runtime/index.ts'

/** An answer that is being sent as a stream of events. */
export interface OpenStream {
  /** Streams of one owner are counted together. */
  readonly owner: string
  /**
   * `listening` for a stream that waits for whatever happens: a GET, or `subscriptions/listen`;
   * `call` for the answer of a call, which may finish after its token has expired.
   */
  readonly kind: 'listening' | 'call'
  /** Seconds since the epoch. */
  readonly expiresAt: number
  /** Whether the caller's access was taken back; rejects where that cannot be found out. */
  isRevoked(): Promise<boolean>
  /** Ends the answer. */
  end(): void
}

/** The streams that are open, so that none outlives the access it was opened with. */
export interface OpenStreams {
  /** Watches a stream; the function that is returned says that it is over. */
  open(stream: OpenStream): () => void
  /** How many streams that listen this owner has open. */
  countListening(owner: string): number
  /** Ends every stream whose access has ended; called by itself every 15 seconds. */
  sweep(): Promise<void>
}

export interface OpenStreamsOptions {
  readonly clock: Clock
  /** How long a call may go on after its token has expired, in seconds. */
  readonly maxCallSeconds: number
  readonly maxStreamsPerPrincipal: number
}

const SWEEP_MILLISECONDS = 15_000
/** A stream whose access cannot be checked for this long is ended. */
const MAX_UNCHECKED_MILLISECONDS = 60_000

/** Creates the register of open streams. It has a timer only while there is something to watch. */
export function createOpenStreams({
  clock,
  maxCallSeconds,
  maxStreamsPerPrincipal,
}: OpenStreamsOptions): OpenStreams {
  /** Each stream with the moment of its last successful check. */
  const streams = new Map<OpenStream, number>()
  const checking = new WeakSet<OpenStream>()
  const listening = new Map<string, number>()
  let timer: ReturnType<typeof setInterval> | undefined

  function count(stream: OpenStream, difference: 1 | -1): number {
    if (stream.kind === 'call') return 0
    const total = (listening.get(stream.owner) ?? 0) + difference
    if (total > 0) listening.set(stream.owner, total)
    else listening.delete(stream.owner)
    return total
  }

  /** Whether it was open until now. */
  function close(stream: OpenStream): boolean {
    if (!streams.delete(stream)) return false
    count(stream, -1)
    if (streams.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
    return true
  }

  function end(stream: OpenStream): void {
    if (close(stream)) stream.end()
  }

  function isExpired({ kind, expiresAt }: OpenStream): boolean {
    return clock.now() >= expiresAt + (kind === 'call' ? maxCallSeconds : 0)
  }

  async function check(stream: OpenStream, checkedAt: number): Promise<void> {
    if (isExpired(stream)) return end(stream)
    const now = clock.elapsed()
    const isOverdue = now - checkedAt >= MAX_UNCHECKED_MILLISECONDS
    // A check that does not come to an end is none, and gets no second one beside it.
    if (checking.has(stream)) return isOverdue ? end(stream) : undefined
    checking.add(stream)
    try {
      if (await stream.isRevoked()) end(stream)
      else if (streams.has(stream)) streams.set(stream, now)
    } catch {
      if (isOverdue) end(stream)
    } finally {
      checking.delete(stream)
    }
  }

  const sweep = async (): Promise<void> => {
    await Promise.all([...streams].map(([stream, checkedAt]) => check(stream, checkedAt)))
  }

  return {
    open(stream) {
      streams.set(stream, clock.elapsed())
      timer ??= startTimer(sweep)
      // Requests that were admitted at the same time are only counted now.
      if (count(stream, 1) > maxStreamsPerPrincipal) end(stream)
      return () => void close(stream)
    },
    countListening: (owner) => listening.get(owner) ?? 0,
    sweep,
  }
}

/** The timer keeps no process alive where the platform lets it choose. */
function startTimer(sweep: () => Promise<void>): ReturnType<typeof setInterval> {
  const timer = setInterval(() => void sweep(), SWEEP_MILLISECONDS)
  if (typeof timer === 'object' && 'unref' in timer) timer.unref()
  return timer
}
