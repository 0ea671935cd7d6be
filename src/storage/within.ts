/**
 * The outcome of something that may take so long.
 *
 * @throws {Error} Where it has not come to an end by then. It does NOT stop what is under way.
 */
export function within<Outcome>(milliseconds: number, outcome: Promise<Outcome>): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no answer in ${milliseconds} ms`)),
      milliseconds,
    )
    outcome.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
