/** What a client may make this server send on; longer values are dropped. */
const MAX_FORWARDED_LENGTH = 1_024

/** The parameters with these names that may be passed on to the upstream. */
export function forwardedParameters(
  names: readonly string[],
  clientParameters: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, string> {
  const forwarded = new Map<string, string>()
  for (const name of names) {
    const value = Object.hasOwn(clientParameters, name) ? clientParameters[name] : undefined
    if (typeof value !== 'string' || value === '' || value.length > MAX_FORWARDED_LENGTH) continue
    if (!/\p{Cc}/u.test(value)) forwarded.set(name, value)
  }
  return forwarded
}
