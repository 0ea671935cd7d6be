import { bearerChallenge } from '../challenge.ts'
import { type Check, note, pass } from '../finding.ts'

/** What to ask for at the first sign-in. */
export const challengeScope: Check = {
  id: 'challenge-scope',
  requirement: 'RS-04, RS-05',
  look({ initialize, resourceMetadata }) {
    const parameters = bearerChallenge(initialize)
    if (parameters === undefined) return []
    const scope = parameters.get('scope')
    if (scope !== undefined) return pass(`scope="${scope}"`)
    const listed = resourceMetadata?.['scopes_supported']
    return Array.isArray(listed) && listed.length > 0
      ? note('No `scope` in the challenge: clients ask for all of `scopes_supported`.')
      : note('No `scope` in the challenge: the authorization server chooses the scopes.')
  },
}
