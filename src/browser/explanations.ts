/** Why a browser cannot go on, and what its user can do. */
export interface Explanation {
  readonly status: number
  readonly cause: string
  readonly remedy: string
}

export const START_AGAIN: string = 'Go back to your application and connect again.'

/** What ends sign-ins wherever a user allows a client something, and then signs in elsewhere. */
export const SIGN_IN_OBSTACLES: Readonly<
  Record<'already_answered' | 'callback_unknown' | 'form_forged', Explanation>
> = {
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
  form_forged: {
    status: 403,
    cause: 'The answer did not come from the page that this server showed.',
    remedy: START_AGAIN,
  },
}

/** By how the identity provider failed; what it wrote is never shown. */
export const FAILED_SIGN_INS: Readonly<
  Record<'denied' | 'misconfigured' | 'refused' | 'unavailable', Explanation>
> = {
  denied: {
    status: 403,
    cause: 'You were not signed in: you or your identity provider said no.',
    remedy: 'Try again, or ask whoever runs the identity provider for access.',
  },
  misconfigured: {
    status: 502,
    cause: 'The identity provider does not accept this server.',
    remedy: 'Tell whoever runs this server; you cannot mend it yourself.',
  },
  unavailable: {
    status: 503,
    cause: 'The identity provider cannot be reached at the moment.',
    remedy: 'Try again in a minute.',
  },
  refused: {
    status: 400,
    cause: 'The identity provider gave an answer that this server does not trust.',
    remedy: 'Try again. If it happens again, tell whoever runs this server.',
  },
}
