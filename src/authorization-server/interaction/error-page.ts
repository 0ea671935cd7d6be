import {
  type Explanation,
  PRIVATE_HEADERS,
  SIGN_IN_OBSTACLES,
  START_AGAIN,
  sendPage,
} from '../../browser/index.ts'
import type { Visit } from './exchange.ts'

/** Why a browser cannot go on. */
export type Obstacle =
  | 'already_answered'
  | 'callback_unknown'
  | 'client_unreadable'
  | 'form_forged'
  | 'interaction_not_found'
  | 'not_allowed_yet'

const EXPLANATIONS: Readonly<Record<Obstacle, Explanation>> = {
  ...SIGN_IN_OBSTACLES,
  client_unreadable: {
    status: 503,
    cause: 'What the application publishes about itself cannot be read at the moment.',
    remedy: 'Try again in a minute, or connect again from your application.',
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
