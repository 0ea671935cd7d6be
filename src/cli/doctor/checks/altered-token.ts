import { type Check, fail, pass } from '../finding.ts'
import { describeSeen, isAnswer } from '../seen.ts'
import { ofSignIn } from './of-sign-in.ts'

/** `--sign-in`: the token with one letter of its signature changed. */
export const alteredToken: Check = {
  id: 'altered-token',
  requirement: 'RS-07',
  look: ofSignIn(({ altered }) =>
    isAnswer(altered) && altered.status === 401
      ? pass('The token with another signature is 401.')
      : fail(
          `The token with another signature: ${describeSeen(altered)}`,
          'Verify signatures with the keys of the issuer.',
        ),
  ),
}
