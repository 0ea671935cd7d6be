import { type Check, note, type Outcome, pass, warn } from '../finding.ts'
import type { Observations } from '../observations.ts'
import { isAnswer, type Seen } from '../seen.ts'
import { BROWSER_ORIGIN, documentOf } from '../walk.ts'

/** Clients that are web pages, such as the Inspector connecting directly (Fetch standard, CORS). */
export const webPages: Check = {
  id: 'web-pages',
  requirement: 'CORS',
  look(seen) {
    if (!isAnswer(seen.initialize)) return []
    const { preflight } = seen
    const isOpen = isReadable(preflight) && isAnswer(preflight) && preflight.status < 300
    if (!isOpen) {
      return note(
        `Pages of ${BROWSER_ORIGIN} may not call it: the Inspector needs its proxy. To change it, allow the origin.`,
      )
    }
    const gaps = gapsOf(seen)
    return gaps.length === 0
      ? pass(`Pages of ${BROWSER_ORIGIN} may call it, and read the challenge.`)
      : gaps
  },
}

function gapsOf({
  preflight,
  fromBrowser,
  challengedMetadata,
  insertedMetadata,
}: Observations): readonly Outcome[] {
  const allowed = list(preflight, 'access-control-allow-headers')
  const exposed = list(fromBrowser, 'access-control-expose-headers')
  const metadata = challengedMetadata ?? insertedMetadata
  return [
    ...(allowed.includes('authorization') || allowed.includes('*')
      ? []
      : warn('The preflight does not allow `Authorization`.', 'Allow that header field.')),
    ...(isReadable(fromBrowser)
      ? []
      : warn('Pages may not read the 401.', 'Put CORS in front of the gate.')),
    ...(exposed.includes('www-authenticate')
      ? []
      : warn('Pages do not see the challenge.', 'Expose the header field WWW-Authenticate.')),
    ...(documentOf(metadata) === undefined || isReadable(metadata)
      ? []
      : warn('Pages may not read the metadata.', 'Allow every origin to read it.')),
  ]
}

export function isReadable(seen: Seen | undefined): boolean {
  const allowed = isAnswer(seen) ? seen.headers.get('access-control-allow-origin') : null
  return allowed === '*' || allowed === BROWSER_ORIGIN
}

function list(seen: Seen, name: string): readonly string[] {
  const value = isAnswer(seen) ? seen.headers.get(name) : null
  return (value ?? '')
    .toLowerCase()
    .split(',')
    .map((part) => part.trim())
}
