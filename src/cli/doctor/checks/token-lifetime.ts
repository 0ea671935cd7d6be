import { type Check, note, pass, warn } from '../finding.ts'
import { ofSignIn } from './of-sign-in.ts'

const SECONDS_PER_DAY = 86_400

/** `--sign-in`: how long a stolen token is good for, and what follows it. */
export const tokenLifetime: Check = {
  id: 'token-lifetime',
  requirement: 'AS-19',
  look: ofSignIn(({ token }) => {
    if (token === undefined) return []
    const { expiresIn, hasRefreshToken } = token
    if (expiresIn === undefined) return note('The token response has no `expires_in`.')
    if (expiresIn > SECONDS_PER_DAY) {
      return warn(`The token lives for ${expiresIn} s.`, 'Let it live for an hour at most.')
    }
    return pass(`${expiresIn} s, ${hasRefreshToken ? 'with a' : 'without a'} refresh token`)
  }),
}
