import { bearerChallenge } from '../challenge.ts'
import { type Check, pass, warn } from '../finding.ts'

/** Whether there are refresh tokens is between the client and the authorization server. */
export const offlineAccess: Check = {
  id: 'offline-access',
  requirement: 'RS-06',
  look({ initialize, resourceMetadata }) {
    const parameters = bearerChallenge(initialize)
    if (parameters === undefined && resourceMetadata === undefined) return []
    const listed = resourceMetadata?.['scopes_supported']
    const places = [
      ...((parameters?.get('scope') ?? '').split(' ').includes('offline_access')
        ? ['the challenge']
        : []),
      ...(Array.isArray(listed) && listed.includes('offline_access') ? ['scopes_supported'] : []),
    ]
    return places.length === 0
      ? pass('Nothing asks for `offline_access`.')
      : warn(
          `\`offline_access\` stands in ${places.join(' and in ')}.`,
          'Leave it out: clients that want refresh tokens ask for it by themselves.',
        )
  },
}
