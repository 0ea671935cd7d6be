import { bearerChallenge } from '../challenge.ts'
import { type Check, fail, pass, warn } from '../finding.ts'
import { describeSeen, isAnswer, isRedirect } from '../seen.ts'

/** Some clients add a slash to the URL, and some take it away. */
export const trailingSlash: Check = {
  id: 'trailing-slash',
  requirement: 'RS-17',
  look({ url, initialize, otherSlash }) {
    if (url.pathname === '/' || !isAnswer(otherSlash) || !isAnswer(initialize)) return []
    if (otherSlash.status === 200 && initialize.status !== 200) {
      return fail(
        `${otherSlash.request} needs no token.`,
        'Protect both forms of the path, or answer 404 for one.',
      )
    }
    if (isRedirect(otherSlash)) {
      return warn(
        `${describeSeen(otherSlash)}: clients lose the body or the token on a redirect.`,
        'Serve both forms of the path, or answer 404 for one.',
      )
    }
    const isSame =
      bearerChallenge(otherSlash)?.get('resource_metadata') ===
      bearerChallenge(initialize)?.get('resource_metadata')
    return otherSlash.status === 401 && !isSame
      ? warn(
          `${otherSlash.request} leads to other metadata: its tokens are for another resource.`,
          'Let both forms of the path be one resource.',
        )
      : pass(describeSeen(otherSlash))
  },
}
