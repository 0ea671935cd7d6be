import { bearerChallenge } from '../challenge.ts'
import { type Check, note, pass, skip, warn } from '../finding.ts'
import { describeSeen, isAnswer } from '../seen.ts'
import { ofSignIn } from './of-sign-in.ts'

/** `--sign-in` with `--call`: what a call says that lacks a scope. */
export const stepUp: Check = {
  id: 'step-up',
  requirement: 'RS-13, RS-14',
  look: ofSignIn(({ stepUp: answer }) => {
    if (answer === undefined) return skip('Name a tool that the token is not enough for: --call.')
    if (!isAnswer(answer)) return skip(describeSeen(answer))
    if (answer.status === 200) return note('The call is answered: the token is enough for it.')
    const parameters = bearerChallenge(answer)
    const scope = parameters?.get('scope')
    const isChallenge =
      answer.status === 403 && parameters?.get('error') === 'insufficient_scope' && scope
    return isChallenge
      ? pass(`The call asks for ${scope}.`)
      : warn(
          `The call is ${answer.status}, without a challenge that names scopes.`,
          'Answer 403 with error="insufficient_scope" and `scope`, so that clients ask for it.',
        )
  }),
}
