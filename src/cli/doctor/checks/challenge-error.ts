import { bearerChallenge } from '../challenge.ts'
import { type Check, pass, warn } from '../finding.ts'

/** RFC 6750 §3.1: a request without credentials gets no error code. */
export const challengeError: Check = {
  id: 'challenge-error',
  requirement: 'RFC 6750 §3.1',
  look({ initialize }) {
    const parameters = bearerChallenge(initialize)
    if (parameters === undefined) return []
    const error = parameters.get('error')
    return error === undefined
      ? pass('Without a token the challenge has no `error`.')
      : warn(
          `Without a token the challenge says error="${error}": clients take it for a bad token.`,
          'Leave `error` out where no credentials were sent.',
        )
  },
}
