import { bearerChallenge } from '../challenge.ts'
import { type Check, fail, pass, warn } from '../finding.ts'
import { isAnswer } from '../seen.ts'

/** Where a client learns from the 401 how to sign in (RFC 9728 §5.1). */
export const challenge: Check = {
  id: 'challenge',
  requirement: 'RS-03',
  look({ initialize, resourceMetadata }) {
    if (!isAnswer(initialize) || initialize.status !== 401) return []
    const change = 'Answer 401 with `WWW-Authenticate: Bearer resource_metadata="…"`.'
    const parameters = bearerChallenge(initialize)
    const location = parameters?.get('resource_metadata')
    if (location !== undefined) {
      return URL.canParse(location)
        ? pass(`resource_metadata="${location}"`)
        : fail(`resource_metadata="${location}" is no absolute URL.`, change)
    }
    const said = parameters === undefined ? 'no Bearer challenge' : 'no resource_metadata'
    return resourceMetadata === undefined
      ? fail(`The 401 has ${said}, and no well-known location has the metadata.`, change)
      : warn(`The 401 has ${said}: clients of 2025-06-18 stop there.`, change)
  },
}
