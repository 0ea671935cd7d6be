import type { UpstreamCredentials } from './options.ts'
import type { Admitted } from './upstream-headers.ts'

/** Header fields for one request, or the answer to give instead. */
export type FoundCredentials = Readonly<Record<string, string>> | Response

/**
 * Finds what an upstream is given for one request.
 *
 * @param isRefused Whether the upstream has refused what it was given before.
 */
export type FindCredentials = (admitted: Admitted, isRefused: boolean) => Promise<FoundCredentials>

/**
 * Asks one after the other: the first answer instead of fields is the answer. A field that two of them
 * have is an error, since one would take the place of the other unseen.
 */
export function joinCredentials(
  sources: readonly (FindCredentials | undefined)[],
): FindCredentials | undefined {
  const present = sources.filter((source) => source !== undefined)
  if (present.length === 0) return undefined
  return async (admitted, isRefused) => {
    const fields: Record<string, string> = {}
    for (const find of present) {
      // oxlint-disable-next-line no-await-in-loop -- nobody is asked for what is not sent
      const found = await find(admitted, isRefused)
      if (found instanceof Response) return found
      for (const [given, value] of Object.entries(found)) {
        const name = given.toLowerCase()
        if (Object.hasOwn(fields, name)) {
          throw new TypeError(
            `credentials gave the field ${name}, which a connection or identity.exchange fills: name another`,
          )
        }
        fields[name] = value
      }
    }
    return fields
  }
}

/** What the operator's own function finds. */
export function ownCredentials(
  credentials: UpstreamCredentials,
  resource: string,
  upstream: string,
): FindCredentials {
  return async ({ passage: { principal, parsedBody, authInfo } }, isRefused) =>
    credentials({
      principal,
      parsedBody,
      resource,
      upstream,
      accessToken: authInfo.token,
      isRefused,
    })
}
