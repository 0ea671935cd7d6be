import { type Check, fail, pass } from '../finding.ts'
import { describeSeen, isAnswer } from '../seen.ts'
import { ofSignIn } from './of-sign-in.ts'

/** `--sign-in`: the good token, where none belongs. */
export const tokenInQuery: Check = {
  id: 'token-in-query',
  requirement: 'RS-11',
  look: ofSignIn(({ inQuery }) =>
    isAnswer(inQuery) && (inQuery.status === 401 || inQuery.status === 400)
      ? pass(`The token in the query is ${inQuery.status}.`)
      : fail(
          `The token in the query: ${describeSeen(inQuery)}`,
          'Take tokens from the Authorization header field only.',
        ),
  ),
}
