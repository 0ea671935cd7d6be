import { type Check, fail, pass, warn } from '../finding.ts'
import { ofSignIn } from './of-sign-in.ts'

/** `--sign-in`: a public client gets another refresh token each time (OAuth 2.1 §4.3.1). */
export const rotation: Check = {
  id: 'rotation',
  requirement: 'AS-20',
  look: ofSignIn(({ rotated }) => {
    if (rotated === undefined) return []
    if (typeof rotated === 'string') {
      return fail(`The refresh fails: ${rotated}.`, 'Let public clients refresh without a secret.')
    }
    return rotated
      ? pass('A refresh gives another refresh token.')
      : warn('A refresh gives the same refresh token.', 'Rotate those of public clients.')
  }),
}
