import { type Check, fail, pass, skip } from '../finding.ts'
import { describeSeen, isAnswer } from '../seen.ts'
import { ofSignIn } from './of-sign-in.ts'

/** `--sign-in`: a session is no authentication. */
export const sessionToken: Check = {
  id: 'session',
  requirement: 'RS-12, RS-25',
  look: ofSignIn(({ call, session }) => {
    if (!isAnswer(call) || call.status !== 200) return skip('There is no session.')
    return isAnswer(session) && session.status === 401
      ? pass('After `initialize` a request without a token is 401.')
      : fail(
          `After \`initialize\` without a token: ${describeSeen(session)}`,
          'Check the token of every request.',
        )
  }),
}
