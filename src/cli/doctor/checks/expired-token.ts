import { bearerChallenge } from '../challenge.ts'
import { type Check, fail, pass, skip, warn } from '../finding.ts'
import { describeSeen, isAnswer } from '../seen.ts'
import { ofSignIn } from './of-sign-in.ts'

/** `--sign-in` with `--wait`: the token after its time. */
export const expiredToken: Check = {
  id: 'expired-token',
  requirement: 'RS-07, RS-10',
  look: ofSignIn(({ expired }) => {
    if (typeof expired === 'string') return skip(`Not waited for: ${expired}.`)
    if (!isAnswer(expired) || expired.status !== 401) {
      return fail(`After its time: ${describeSeen(expired)}`, 'Refuse expired tokens with 401.')
    }
    const error = bearerChallenge(expired)?.get('error')
    return error === 'invalid_token'
      ? pass('An expired token is 401 invalid_token.')
      : warn(
          `The 401 for an expired token says ${error ?? 'no error'}.`,
          'Say error="invalid_token", so that clients refresh.',
        )
  }),
}
