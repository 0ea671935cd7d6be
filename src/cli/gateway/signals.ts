/** What a command that runs until it is stopped is told by the system. */
export type Signal = 'SIGHUP' | 'SIGINT' | 'SIGTERM'

/** @returns Stops listening. */
export type OnSignal = (signal: Signal, listener: () => void) => () => void

/** Resolves with the first of these signals. */
export async function untilSignal(onSignal: OnSignal, signals: readonly Signal[]): Promise<Signal> {
  const { promise, resolve } = Promise.withResolvers<Signal>()
  const stops = signals.map((signal) => onSignal(signal, () => resolve(signal)))
  const signal = await promise
  for (const stop of stops) stop()
  return signal
}
