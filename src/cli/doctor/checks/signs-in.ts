import { type Check, fail, pass } from '../finding.ts'

/** `--sign-in`: the authorization code flow with PKCE and `resource`. */
export const signsIn: Check = {
  id: 'sign-in',
  requirement: 'AS-01, AS-21',
  look: ({ signIn }) => {
    if (signIn === undefined) return []
    const { failure } = signIn
    if (failure === undefined) {
      return pass(`A token, for ${signIn.token?.scope ?? 'scopes that it does not tell'}`)
    }
    return fail(
      `No token: ${failure}.`,
      failure.startsWith('invalid_target')
        ? 'Let `resource` of the metadata be one that the authorization server has tokens for.'
        : 'See what the log of the authorization server says.',
    )
  },
}
