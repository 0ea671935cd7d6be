import { type Check, fail, pass } from '../finding.ts'
import { describeSeen, isAnswer, isRedirect } from '../seen.ts'

/** `--active`: an authorization request without a code challenge. */
export const pkceRequired: Check = {
  id: 'pkce-required',
  requirement: 'AS-03',
  look({ registration }) {
    const answer = registration?.withoutPkce
    if (!isAnswer(answer)) return []
    const location = answer.headers.get('location') ?? ''
    const isRefused = isRedirect(answer)
      ? /[?&]error=/.test(location)
      : answer.status >= 400 && answer.status < 500
    return isRefused
      ? pass('An authorization request without PKCE is refused.')
      : fail(
          `An authorization request without PKCE goes on: ${describeSeen(answer)}`,
          'Require a code challenge of every client.',
        )
  },
}
