const INTERVAL_MILLISECONDS = 60_000
const BATCH = 500

/** Deletes what has expired, some at a time, so that nobody waits for long. */
export async function sweep(deleteSome: (count: number) => Promise<number>): Promise<void> {
  while ((await deleteSome(BATCH)) === BATCH);
}

/**
 * Calls this every minute, and not twice at once. It keeps no process alive, and what fails is
 * tried again a minute later: nothing depends on it but the space that is used.
 *
 * @returns What ends it, once the call that is under way has come to an end.
 */
export function startSweeping(run: () => Promise<void>): () => Promise<void> {
  let underWay: Promise<void> | undefined
  const timer = setInterval(() => {
    underWay ??= run()
      .catch(() => undefined)
      .finally(() => {
        underWay = undefined
      })
  }, INTERVAL_MILLISECONDS)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await underWay
  }
}
