import { type Check, fail, pass } from '../finding.ts'
import { describeSeen, isAnswer } from '../seen.ts'

/** `--active`: an authorization request that names another redirect URI. */
export const redirectUri: Check = {
  id: 'redirect-uri',
  requirement: 'AS-13, AS-16',
  look({ registration }) {
    const answer = registration?.otherRedirect
    if (!isAnswer(answer)) return []
    const location = answer.headers.get('location') ?? ''
    return answer.status >= 400 && answer.status < 500
      ? pass('A redirect URI that is not registered is refused.')
      : fail(
          `${describeSeen(answer)}${location.includes('doctor.invalid') ? ', to a redirect URI that is not registered' : ''}`,
          'Compare the redirect URI with those of the client, and show an error page.',
        )
  },
}
