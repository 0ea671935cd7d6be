import { isDocument } from '../../../oauth/index.ts'
import { type Check, fail, pass, skip, warn } from '../finding.ts'
import { describeSeen, isAnswer } from '../seen.ts'

/** `--active`: a public client on this machine registers. */
export const registers: Check = {
  id: 'registers',
  requirement: 'AS-22',
  look({ registration }) {
    if (registration === undefined) return []
    const { registered } = registration
    if (registered === undefined) return []
    if (!isAnswer(registered)) return skip(describeSeen(registered))
    const answer = isDocument(registered.json) ? registered.json : {}
    if (registered.status !== 201 || typeof answer['client_id'] !== 'string') {
      return fail(
        describeSeen(registered),
        'Let clients without a secret and with a loopback redirect URI register (RFC 7591 §3).',
      )
    }
    const grants = answer['grant_types']
    return Array.isArray(grants) && grants.includes('refresh_token')
      ? pass('A client with a loopback redirect URI registers.')
      : warn(
          'The answer to a registration does not list `refresh_token`: claude.ai never refreshes.',
          'Answer with the `grant_types` that the client has.',
        )
  },
}
