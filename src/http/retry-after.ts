/** When nothing is said. */
const DEFAULT_SECONDS = 5
/** Whoever asks for more is asked again after this. */
const MAX_SECONDS = 900

/**
 * Reads `Retry-After` (RFC 9110 §10.2.3), seconds or a date, as 1 to 900 seconds; 5 where it is
 * missing or is neither.
 */
export function readRetryAfter(value: string | null, nowSeconds: number): number {
  const text = value?.trim() ?? ''
  if (/^\d+$/.test(text)) return clamp(Number(text))
  const date = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? DEFAULT_SECONDS : clamp(Math.ceil(date / 1_000 - nowSeconds))
}

function clamp(seconds: number): number {
  return Math.min(Math.max(seconds, 1), MAX_SECONDS)
}
