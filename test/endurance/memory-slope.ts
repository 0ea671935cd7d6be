/** Memory of a process at a time. */
export interface Sample {
  /** In milliseconds. */
  readonly at: number
  readonly bytes: number
}

const TEN_MINUTES = 600_000
/** Caches fill, and code is compiled, in the first part of the time. */
const WARM_UP_SHARE = 0.3

/** Bytes that the line of least squares gains in ten minutes; 0 for fewer than three samples. */
export function slopePerTenMinutes(all: readonly Sample[]): number {
  const samples = all.slice(Math.floor(all.length * WARM_UP_SHARE))
  if (samples.length < 3) return 0
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  const meanAt = mean(samples.map(({ at }) => at))
  const meanBytes = mean(samples.map(({ bytes }) => bytes))
  const covariance = mean(samples.map(({ at, bytes }) => (at - meanAt) * (bytes - meanBytes)))
  const variance = mean(samples.map(({ at }) => (at - meanAt) ** 2))
  return (covariance / variance) * TEN_MINUTES
}
