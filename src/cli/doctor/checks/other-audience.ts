import { type Check, fail, pass, skip } from '../finding.ts'
import { describeSeen, isAnswer } from '../seen.ts'
import { ofSignIn } from './of-sign-in.ts'

/** `--sign-in`: a token of the same server, asked for another resource. */
export const otherAudience: Check = {
  id: 'other-audience',
  requirement: 'RS-08',
  look: ofSignIn(({ otherAudience: other }) => {
    if (other === undefined) return []
    if (typeof other === 'string') {
      return other.startsWith('invalid_target')
        ? pass('There are no tokens for other resources to be had: invalid_target.')
        : skip(`There was no token for another resource: ${other}`)
    }
    return isAnswer(other) && other.status === 401
      ? pass('A token for another resource is 401.')
      : fail(
          `A token that was asked for another resource: ${describeSeen(other)}`,
          'Issue tokens for the `resource` asked for, and accept those with your audience only.',
        )
  }),
}
