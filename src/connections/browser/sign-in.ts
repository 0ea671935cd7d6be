import { pageAnswer, redirect } from './answers.ts'
import { readCheckedForm, readOwnForm } from './checked-form.ts'
import { failureAnswer, obstacleAnswer } from './obstacles.ts'
import type { PageAnswer } from './page-request.ts'
import { isReturnPath } from './paths.ts'
import type { UserVisit, Visit } from './visit.ts'

/** What the button of the page about another user is for. */
export const SWITCH_PURPOSE = 'switch user'

/** Asks somebody who is not signed in to do so. Nothing is begun before they press the button. */
export function signInNeeded({ parts, request }: Visit): PageAnswer {
  const { paths, pages, core } = parts
  const query = String(request.query)
  const here = query === '' ? request.path : `${request.path}?${query}`
  const page = pages.signInNeeded({
    action: `${paths.account}/sign-in`,
    returnTo: isReturnPath(paths, here) ? here : paths.account,
    host: new URL(core.settings.identity.issuer).host,
  })
  return pageAnswer(page)
}

/** Begins a sign-in, for somebody who is not signed in. */
export async function beginSignIn(visit: Visit): Promise<PageAnswer> {
  const checked = await readOwnForm(visit)
  return checked.ok ? start(visit, checked.form, []) : checked.answer
}

/** Ends the session, and begins a sign-in of somebody else. */
export async function switchUser(visit: UserVisit): Promise<PageAnswer> {
  const checked = await readCheckedForm(visit, SWITCH_PURPOSE)
  if (!checked.ok) return checked.answer
  return start(visit, checked.form, [await visit.parts.sessions.end(visit.session)])
}

async function start(
  visit: Visit,
  form: URLSearchParams,
  cookies: readonly string[],
): Promise<PageAnswer> {
  const { parts, request } = visit
  const { paths, core, signIns } = parts
  const given = form.get('return_to') ?? ''
  const returnTo = isReturnPath(paths, given) ? given : paths.account
  const redirectUri = paths.url(`${paths.account}/callback`)
  const started = await core.settings.identity.startSignIn({
    redirectUri,
    isForced: cookies.length > 0,
  })
  if (!started.ok) {
    const { failure } = started
    if (failure.kind === 'denied') return obstacleAnswer(visit, 'sign_in_refused')
    return failureAnswer(visit, failure, returnTo)
  }
  const { url, attempt } = started.value
  const { setCookie } = await signIns.create({ attempt, returnTo }, request.cookieHeader)
  return redirect(url, [...cookies, setCookie])
}

/**
 * Takes the user back from where they have signed in. State and browser have to be those that it was
 * begun with: nobody can sign somebody else's browser in (RFC 9700 §4.7).
 */
export async function finishSignIn(visit: Visit): Promise<PageAnswer> {
  const { parts, request } = visit
  const { core, signIns, sessions } = parts
  const [state, another] = request.query.getAll('state')
  if (state === undefined || another !== undefined) return obstacleAnswer(visit, 'callback_unknown')
  const found = await signIns.find(state, request.cookieHeader)
  if (!found.ok) {
    const isOther = found.reason === 'browser_mismatch'
    return obstacleAnswer(visit, isOther ? 'callback_other_browser' : 'callback_unknown')
  }
  const { attempt, returnTo } = found.content
  const taken = await signIns.take(found.content)
  if (taken === undefined) return obstacleAnswer(visit, 'callback_unknown')
  const outcome = await core.settings.identity.finishSignIn({ parameters: request.query, attempt })
  if (outcome.ok) return redirect(returnTo, [await sessions.begin(outcome.value)])
  const { failure } = outcome
  if (failure.kind === 'denied') {
    return obstacleAnswer(visit, 'sign_in_refused', { retryPath: returnTo })
  }
  return failureAnswer(visit, failure, returnTo)
}
