import { expect, test } from 'vitest'
import { createFormTokens } from '../../src/browser/index.ts'
import { newRing } from '../authorization-server/world.ts'

// Fixed-versus-fixed as in "dude, is my code constant time?" (Reparaz, Balasch, Verbauwhede, 2017):
// two kinds of wrong secrets in random order, slow samples cut off, Welch's t of the rest.

const SAMPLES = 1_000_000
/** Beyond it the kinds can be told apart. */
const LIMIT = 4.5

type Check = (kind: 0 | 1) => unknown

/** Welch's t of how long the two kinds take. */
async function telling(check: Check, samples: number): Promise<number> {
  const times = [new Float64Array(samples), new Float64Array(samples)] as const
  const counts: [number, number] = [0, 0]
  for (let index = 0; index < samples; index += 1) {
    const kind = Math.random() < 0.5 ? 0 : 1
    const start = process.hrtime.bigint()
    // oxlint-disable-next-line no-await-in-loop -- what runs beside it would be measured too
    await check(kind)
    times[kind][counts[kind]] = Number(process.hrtime.bigint() - start)
    counts[kind] += 1
  }
  const all = times.map((list, kind) => list.subarray(0, counts[kind as 0 | 1]))
  const sorted = all
    .flatMap((list) => Array.from(list))
    .filter((_, at) => at % 10 === 0)
    .toSorted((one, other) => one - other)
  const cut = sorted[Math.floor(sorted.length * 0.9)] ?? Infinity
  const [one, other] = all.map((list) => momentsOf(list.filter((time) => time <= cut)))
  if (one === undefined || other === undefined) return Number.NaN
  return (
    (one.mean - other.mean) / Math.sqrt(one.variance / one.count + other.variance / other.count)
  )
}

function momentsOf(list: Float64Array) {
  const mean = list.reduce((sum, time) => sum + time, 0) / list.length
  const variance = list.reduce((sum, time) => sum + (time - mean) ** 2, 0) / (list.length - 1)
  return { mean, variance, count: list.length }
}

/** What no comparison of ours is like. */
function leakyEqual(one: string, other: string): boolean {
  for (let index = 0; index < one.length; index += 1) if (one[index] !== other[index]) return false
  return true
}

const swap = (text: string, at: number): string =>
  `${text.slice(0, at)}${text[at] === 'x' ? 'y' : 'x'}${text.slice(at + 1)}`

test('the meter tells a comparison that stops at the first difference', async () => {
  const secret = 'k'.repeat(43)
  const wrong = [swap(secret, 0), swap(secret, 42)] as const
  expect(
    Math.abs(await telling((kind) => leakyEqual(secret, wrong[kind]), 100_000)),
  ).toBeGreaterThan(LIMIT)
}, 60_000)

test('SEC-373 a form token takes as long with 42 right characters as with none', async () => {
  const forms = createFormTokens(await newRing('cookies'))
  const token = await forms.issue({ uid: 'u', attempt: 0, documentHash: 'h'.repeat(43) })
  const start = token.lastIndexOf('.') + 1
  const wrong = [swap(token, start), swap(token, token.length - 2)] as const
  expect(await forms.open(wrong[0], 'u')).toBeUndefined()
  expect(await forms.open(wrong[1], 'u')).toBeUndefined()
  expect(Math.abs(await telling((kind) => forms.open(wrong[kind], 'u'), SAMPLES))).toBeLessThan(
    LIMIT,
  )
}, 180_000)
