/** `npm run test:endurance` sets the seconds; every other run is short. */
const GIVEN = process.env['ENDURANCE_SECONDS']

/** How long it goes on, and what happens when. */
export const SCALE: {
  readonly milliseconds: number
  /** From the death of a gateway to the next one's. */
  readonly killMilliseconds: number
  readonly pauseMilliseconds: number
  /** What one principal may ask: a quarter of it is more than a client does, for a Redis that is slow. */
  readonly perMinute: number
  /** Whether it takes long enough for a slope to mean something. */
  readonly isMemoryJudged: boolean
} =
  GIVEN === undefined
    ? {
        milliseconds: 16_000,
        killMilliseconds: 6_000,
        pauseMilliseconds: 2_000,
        perMinute: 120,
        isMemoryJudged: false,
      }
    : {
        milliseconds: Number(GIVEN) * 1_000,
        killMilliseconds: Number(GIVEN) >= 600 ? 60_000 : 30_000,
        pauseMilliseconds: 500,
        perMinute: 600,
        isMemoryJudged: Number(GIVEN) >= 600,
      }

/**
 * The keys of the issuer cannot be read between these parts of the time. Where memory is judged, there is
 * an outage before that too: code that runs for the first time takes memory, and does not give it back.
 */
export const OUTAGES: readonly { readonly from: number; readonly to: number }[] = [
  ...(SCALE.isMemoryJudged ? [{ from: 0.1, to: 0.25 }] : []),
  { from: 0.45, to: 0.8 },
]

/** For the whole of a test: its load, and what starts and ends around it on a machine that is busy. */
export const PATIENCE: number = SCALE.milliseconds + 150_000
