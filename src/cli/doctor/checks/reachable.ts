import { type Check, fail, pass } from '../finding.ts'
import { describeSeen, isAnswer, isRedirect } from '../seen.ts'

/** Clients repeat no request with a token elsewhere, and `POST` becomes `GET` on 301 and 302. */
export const reachable: Check = {
  id: 'reachable',
  requirement: 'RS-01',
  look({ initialize }) {
    if (!isAnswer(initialize)) {
      return fail(
        describeSeen(initialize),
        'Start the server, or correct the URL: its name, port or certificate.',
      )
    }
    if (isRedirect(initialize)) {
      const target = initialize.headers.get('location') ?? 'nowhere'
      return fail(
        `${initialize.request} redirects to ${target}`,
        'Give clients the URL that answers, and have it answer without a redirect.',
      )
    }
    return pass(describeSeen(initialize))
  },
}
