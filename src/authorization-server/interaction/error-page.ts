import { PRIVATE_HEADERS, sendPage } from '../http/send.ts'
import type { Visit } from './exchange.ts'

/** Why a browser cannot go on. */
export type Obstacle =
  | 'already_answered'
  | 'callback_unknown'
  | 'client_unreadable'
  | 'form_forged'
  | 'interaction_not_found'
  | 'not_allowed_yet'

interface Explanation {
  readonly status: number
  readonly cause: string
  readonly remedy: string
}

const START_AGAIN = 'Go back to your application and connect again.'

const EXPLANATIONS: Readonly<Record<Obstacle, Explanation>> = {
  already_answered: {
    status: 409,
    cause: 'This page has been answered before.',
    remedy: 'Finish signing in where you were sent to, or connect again from your application.',
  },
  callback_unknown: {
    status: 403,
    cause: 'This answer of the identity provider belongs to no sign-in of this browser.',
    remedy: START_AGAIN,
  },
  client_unreadable: {
    status: 503,
    cause: 'What the application publishes about itself cannot be read at the moment.',
    remedy: 'Try again in a minute, or connect again from your application.',
  },
  form_forged: {
    status: 403,
    cause: 'The answer did not come from the page that this server showed.',
    remedy: START_AGAIN,
  },
  interaction_not_found: {
    status: 404,
    cause: 'This sign-in has ended, or was started in another browser.',
    remedy: START_AGAIN,
  },
  not_allowed_yet: {
    status: 409,
    cause: 'The request has not been allowed yet.',
    remedy: START_AGAIN,
  },
}

/** Explains to the user why they cannot go on, and what to do. */
export function sendErrorPage({ parts, res, correlationId }: Visit, obstacle: Obstacle): void {
  sendPage(res, parts.pages.error({ ...EXPLANATIONS[obstacle], correlationId }))
}

/** Refuses the method of a request. */
export function sendMethodNotAllowed(
  { res }: Pick<Visit, 'res'>,
  allowed: readonly string[],
): void {
  res.writeHead(405, { ...PRIVATE_HEADERS, Allow: allowed.join(', ') }).end()
}
