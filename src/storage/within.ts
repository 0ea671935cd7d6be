/**
 * The outcome of something that may take so long.
 *
 * @throws {Error} Where it has not come to an end by then. It does NOT stop what is under way.
 */
export async function within<Outcome>(
  milliseconds: number,
  outcome: Promise<Outcome>,
): Promise<Outcome> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${milliseconds} ms`)), milliseconds)
  })
  try {
    return await Promise.race([outcome, expired])
  } finally {
    clearTimeout(timer)
  }
}
