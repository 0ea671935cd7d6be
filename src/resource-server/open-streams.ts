import { type Clock, createRegister } from '../runtime/index.ts'

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

interface Watched {
  readonly stream: OpenStream
  /** When it was last known to be in order. */
  checkedAt: number
  isChecking: boolean
  readonly leave: () => boolean
}

/** Creates the register of open streams. It has a timer only while there is something to watch. */
export function createOpenStreams({
  clock,
  maxCallSeconds,
  maxStreamsPerPrincipal,
}: OpenStreamsOptions): OpenStreams {
  const streams = createRegister<Watched>()
  const listening = createCounts()
  let timer: ReturnType<typeof setInterval> | undefined

  /** Whether it was open until now. */
  function close({ stream, leave }: Watched): boolean {
    if (!leave()) return false
    if (stream.kind === 'listening') listening.add(stream.owner, -1)
    if (streams.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
    return true
  }

  function end(watched: Watched): void {
    if (close(watched)) watched.stream.end()
  }

  function isExpired({ kind, expiresAt }: OpenStream): boolean {
    return clock.now() >= expiresAt + (kind === 'call' ? maxCallSeconds : 0)
  }

  async function check(watched: Watched): Promise<void> {
    const { stream, checkedAt } = watched
    if (isExpired(stream)) return end(watched)
    const now = clock.elapsed()
    const isOverdue = now - checkedAt >= MAX_UNCHECKED_MILLISECONDS
    // A check that does not come to an end is none, and gets no second one beside it.
    if (watched.isChecking) return isOverdue ? end(watched) : undefined
    watched.isChecking = true
    try {
      if (await stream.isRevoked()) end(watched)
      else watched.checkedAt = now
    } catch {
      if (isOverdue) end(watched)
    } finally {
      watched.isChecking = false
    }
  }

  const sweep = async (): Promise<void> => {
    await Promise.all(streams.list().map(check))
  }

  return {
    open(stream) {
      const watched: Watched = {
        stream,
        checkedAt: clock.elapsed(),
        isChecking: false,
        leave: () => remove(),
      }
      const remove = streams.add(watched)
      timer ??= startTimer(sweep)
      const total = stream.kind === 'listening' ? listening.add(stream.owner, 1) : 0
      // Requests that were admitted at the same time are only counted now.
      if (total > maxStreamsPerPrincipal) end(watched)
      return () => void close(watched)
    },
    countListening: listening.of,
    sweep,
  }
}

/** How many there are of each name. */
function createCounts() {
  const counts = new Map<string, number>()
  return {
    of: (name: string): number => counts.get(name) ?? 0,
    add(name: string, difference: 1 | -1): number {
      const total = (counts.get(name) ?? 0) + difference
      if (total > 0) counts.set(name, total)
      else counts.delete(name)
      return total
    },
  }
}

/** The timer keeps no process alive where the platform lets it choose. */
function startTimer(sweep: () => Promise<void>): ReturnType<typeof setInterval> {
  const timer = setInterval(() => void sweep(), SWEEP_MILLISECONDS)
  if (typeof timer === 'object' && 'unref' in timer) timer.unref()
  return timer
}
