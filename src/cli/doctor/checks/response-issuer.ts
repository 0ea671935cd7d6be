import { type Check, pass, warn } from '../finding.ts'
import { ofSignIn } from './of-sign-in.ts'

/** `--sign-in`: a wrong `iss`, or one that was promised and is missing, ends the sign-in itself. */
export const responseIssuer: Check = {
  id: 'iss-sent',
  requirement: 'AS-18',
  look: ofSignIn(({ responseIssuer: sent }, { authorizationServers: [server] }) => {
    if (sent === undefined) return []
    return server?.metadata?.['authorization_response_iss_parameter_supported'] === true
      ? pass('The authorization response has the issuer in `iss`.')
      : warn(
          'The authorization response has `iss`, and the metadata does not say so.',
          'Publish `authorization_response_iss_parameter_supported`: true.',
        )
  }),
}
