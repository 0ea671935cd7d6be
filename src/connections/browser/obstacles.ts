import type { RemoteFailure } from '../../oauth-client/index.ts'
import { pageAnswer } from './answers.ts'
import type { PageAnswer } from './page-request.ts'
import type { Visit } from './visit.ts'

/** Why a browser cannot go on. */
export type Obstacle =
  | 'account_not_held'
  | 'callback_other_browser'
  | 'callback_unknown'
  | 'form_forged'
  | 'form_too_large'
  | 'link_expired'
  | 'page_not_found'
  | 'service_away'
  | 'service_misconfigured'
  | 'service_refused'
  | 'sign_in_refused'
  | 'too_many_tries'

interface Explanation {
  readonly status: number
  readonly cause: string
  readonly remedy: string
}

const NEW_LINK =
  'Go back to your application and try again: it gives you a new link. Or connect the service on your account page.'
const OPERATOR = 'Try again later. If it happens again, tell whoever runs this server.'

const EXPLANATIONS: Readonly<Record<Obstacle, Explanation>> = {
  account_not_held: {
    status: 404,
    cause: 'This account has been confirmed or refused already, or it took too long.',
    remedy: 'Look at your account page; connect the service again if it is not there.',
  },
  callback_other_browser: {
    status: 403,
    cause: 'This answer belongs to another browser, or to another user than the one signed in.',
    remedy: 'Begin again in this browser. If somebody sent you this address, close it.',
  },
  callback_unknown: {
    status: 400,
    cause: 'This answer belongs to nothing that was begun here, or was used before.',
    remedy: 'Nothing was changed. Begin again if you need to.',
  },
  form_forged: {
    status: 403,
    cause: 'The answer did not come from a page that this server showed to you.',
    remedy: 'Nothing was changed. Load the page again, and answer it there.',
  },
  form_too_large: {
    status: 413,
    cause: 'What was sent is no form, or is larger than 64 KiB.',
    remedy: 'Nothing was saved. Send less.',
  },
  link_expired: {
    status: 404,
    cause: 'This link has expired, has been used, or is not complete.',
    remedy: NEW_LINK,
  },
  page_not_found: {
    status: 404,
    cause: 'There is no such page.',
    remedy: 'Check the address, or begin at your account page.',
  },
  service_away: {
    status: 503,
    cause: 'The service cannot be reached at the moment.',
    remedy: 'Try again in a minute. Nothing was changed.',
  },
  service_misconfigured: {
    status: 502,
    cause: 'The service does not accept this server.',
    remedy: OPERATOR,
  },
  service_refused: {
    status: 502,
    cause: 'What the service answered cannot be used.',
    remedy: OPERATOR,
  },
  sign_in_refused: {
    status: 403,
    cause: 'You were not signed in.',
    remedy: 'Try again, and allow it where you sign in.',
  },
  too_many_tries: {
    status: 429,
    cause: 'This was tried ten times within ten minutes.',
    remedy: 'Wait some minutes, and make sure that you have the right values. Nothing was saved.',
  },
}

/** Explains to the user why they cannot go on, and what to do. */
export function obstacleAnswer(
  { parts, correlationId }: Visit,
  obstacle: Obstacle,
  more: { readonly retryPath?: string; readonly retryAfterSeconds?: number } = {},
): PageAnswer {
  const view = { ...EXPLANATIONS[obstacle], code: obstacle, correlationId, ...more }
  return pageAnswer(parts.pages.error(view))
}

/** What went wrong at another server, except that the user said no there. */
export function failureAnswer(
  visit: Visit,
  failure: Exclude<RemoteFailure, { kind: 'denied' }>,
  retryPath: string,
): PageAnswer {
  switch (failure.kind) {
    case 'unavailable': {
      const { retryAfterSeconds } = failure
      return obstacleAnswer(visit, 'service_away', { retryPath, retryAfterSeconds })
    }
    case 'misconfigured':
      return obstacleAnswer(visit, 'service_misconfigured', { retryPath })
    case 'refused':
      return obstacleAnswer(visit, 'service_refused', { retryPath })
    default:
      return failure satisfies never
  }
}
