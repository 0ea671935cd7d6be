import { performance } from 'node:perf_hooks'

/** One side of a comparison: measures itself once and answers with a quantity. */
export type Side = () => Promise<number>

export interface Comparison {
  /** Median of the rounds' ratios, subject ÷ reference. */
  readonly ratio: number
  readonly quartiles: readonly [number, number]
}

export interface Rounds {
  readonly subject: Side
  readonly reference: Side
  /** Rounds that count, unless time runs out. */
  readonly rounds: number
  readonly seconds: number
  /** Rounds before them that do not, while the code is compiled and the caches fill. */
  readonly warmup: number
}

/**
 * Measures two sides in turn and compares them round by round.
 *
 * The ratio is taken inside a round, from two measurements that lie next to each other, so that a
 * slow drift of the machine cancels out; who goes first alternates, so that an order effect does
 * too. The median of those ratios ignores the rounds in which something else ran.
 */
export async function compare(options: Rounds): Promise<Comparison> {
  const { subject, reference, rounds, warmup, seconds } = options
  const ratios: number[] = []
  const end = performance.now() + seconds * 1000
  for (let round = -warmup; round < rounds && performance.now() < end; round++) {
    const ratio = await measureRound(subject, reference, round % 2 === 0)
    if (round >= 0) ratios.push(ratio)
  }
  return {
    ratio: quantile(ratios, 0.5),
    quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
  }
}

async function measureRound(
  subject: Side,
  reference: Side,
  subjectFirst: boolean,
): Promise<number> {
  if (subjectFirst) {
    const first = await subject()
    return first / (await reference())
  }
  const first = await reference()
  return (await subject()) / first
}

/** Linear interpolation between the two nearest ranks. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = (sorted.length - 1) * share
  const below = sorted[Math.floor(rank)]
  const above = sorted[Math.ceil(rank)]
  if (below === undefined || above === undefined) throw new Error('quantile of no values')
  return below + (above - below) * (rank - Math.floor(rank))
}
