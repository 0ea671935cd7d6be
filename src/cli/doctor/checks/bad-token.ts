import { bearerChallenge } from '../challenge.ts'
import { type Check, fail, pass, warn } from '../finding.ts'
import { isAnswer } from '../seen.ts'

/** Clients drop or refresh a token on 401 with `invalid_token` only. */
export const badToken: Check = {
  id: 'bad-token',
  requirement: 'RS-07, RS-10',
  look({ withBadToken }) {
    if (!isAnswer(withBadToken)) return []
    const { status } = withBadToken
    if (status !== 401) {
      return fail(
        `A token that nobody issued is ${status}.`,
        'Answer 401 with error="invalid_token" (RFC 6750 §3.1).',
      )
    }
    const parameters = bearerChallenge(withBadToken)
    const error = parameters?.get('error')
    if (error !== 'invalid_token') {
      return warn(
        `The 401 for a bad token says ${error === undefined ? 'no error' : `error="${error}"`}.`,
        'Say error="invalid_token" (RFC 6750 §3.1), so that clients refresh.',
      )
    }
    return parameters?.get('resource_metadata') === undefined
      ? warn(
          'The 401 for a bad token has no resource_metadata.',
          'Put it into every 401: clients sign in again from there.',
        )
      : pass('A bad token is 401 invalid_token.')
  },
}
