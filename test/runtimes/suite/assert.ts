/** Throws unless `actual` is `expected`, both written as JSON: all values here are wire values. */
export function equal(actual: unknown, expected: unknown): void {
  const [is, wanted] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (is !== wanted) throw new Error(`got ${is}, expected ${wanted}`)
}

/** Runs `action` and returns what it throws. */
export function thrownBy(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
