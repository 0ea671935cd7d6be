/** What a ratio has to keep to, from the design's performance budget. */
export type Budget = { readonly atLeast: number } | { readonly atMost: number }

/** One line of the report. */
export interface Measurement {
  /** Subject ÷ reference, in words. */
  readonly what: string
  readonly ratio: number
  /** First and third quartile of the rounds' ratios, where there were rounds. */
  readonly quartiles?: readonly [number, number]
  /** Absent where a line only informs. */
  readonly budget?: Budget
  /** Evidence beside the number, for a line that needs some. */
  readonly note?: string
}

/** A file in `rows/`: measured in a process of its own. */
export interface Row {
  measure(): Promise<readonly Measurement[]>
}

/** Whether a measurement keeps to its budget; one without a budget always does. */
export function isHeld({ ratio, budget }: Measurement): boolean {
  if (budget === undefined) return true
  return 'atLeast' in budget ? ratio >= budget.atLeast : ratio <= budget.atMost
}
