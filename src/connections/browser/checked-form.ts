import { isFormToken } from './form-tokens.ts'
import { obstacleAnswer } from './obstacles.ts'
import type { PageAnswer, PageRequest } from './page-request.ts'
import type { UserVisit, Visit } from './visit.ts'

/** A form that the user has sent from a page of ours, or the answer where it is none. */
export type CheckedForm =
  | { readonly ok: true; readonly form: URLSearchParams }
  | { readonly ok: false; readonly answer: PageAnswer }

/**
 * Reads a form of a page of ours: it comes from our origin, and has the token that the page was
 * given for this session and purpose.
 */
export async function readCheckedForm(visit: UserVisit, purpose: string): Promise<CheckedForm> {
  const read = await readOwnForm(visit)
  if (!read.ok) return read
  const token = read.form.get('csrf_token')
  const isOurs = await isFormToken(token, visit.session.secret, purpose)
  return isOurs ? read : { ok: false, answer: obstacleAnswer(visit, 'form_forged') }
}

/** The same where there is no session yet: its origin is all that can be checked. */
export async function readOwnForm(visit: Visit): Promise<CheckedForm> {
  const { request, parts } = visit
  if (!isOwnOrigin(request, parts.core.settings.baseUrl.origin)) {
    return { ok: false, answer: obstacleAnswer(visit, 'form_forged') }
  }
  const form = await request.readForm()
  return form === undefined
    ? { ok: false, answer: obstacleAnswer(visit, 'form_too_large') }
    : { ok: true, form }
}

/**
 * Whether a browser says that a page of ours sent the form. Our pages have no referrer, for which
 * browsers send `Origin: null`; `Sec-Fetch-Site` then tells. A browser that says nothing is one from
 * before 2023, whose form has to have its token anyway.
 */
function isOwnOrigin({ origin, fetchSite }: PageRequest, own: string): boolean {
  if (fetchSite !== undefined && fetchSite !== 'same-origin') return false
  return origin === undefined || origin === own || origin === 'null'
}
