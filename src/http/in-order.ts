/** Goes on with a value, at once where there is nothing to wait for. */
export function andThen<T, R>(
  value: T | Promise<T>,
  use: (value: T) => R | Promise<R>,
): R | Promise<R> {
  return value instanceof Promise ? value.then(use) : use(value)
}

/** Maps one item after the other, without a promise as long as no step gives one. */
export function mapInOrder<T, R>(
  items: readonly T[],
  step: (item: T) => R | Promise<R>,
): R[] | Promise<R[]> {
  const results: R[] = []
  for (const [at, item] of items.entries()) {
    const result = step(item)
    if (result instanceof Promise) return mapRest(items, step, at + 1, [...results, result])
    results.push(result)
  }
  return results
}

async function mapRest<T, R>(
  items: readonly T[],
  step: (item: T) => R | Promise<R>,
  from: number,
  begun: readonly (R | Promise<R>)[],
): Promise<R[]> {
  const results = await Promise.all(begun)
  for (const item of items.slice(from)) results.push(await step(item))
  return results
}
