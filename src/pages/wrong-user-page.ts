import type { SignInNeededView, WrongUserView } from './connection-views.ts'
import { fillHtml, fillText } from './fill.ts'
import { type Frame, framePage } from './frame.ts'
import { html } from './html.ts'
import { ICONS } from './icons.ts'
import { plainText } from './plain-text.ts'
import type { Page } from './views.ts'

const MAX_NAME = 80

/** Stops whoever opened a link that was made for another user, before it says what it is about. */
export function wrongUserPage(frame: Frame, view: WrongUserView): Page {
  const { texts } = frame
  const user = plainText(view.signedInAs, MAX_NAME)
  return framePage(frame, {
    status: 403,
    title: texts.wrongUserTitle,
    hasForm: true,
    body: html`<div role="alert">
<h1>${texts.wrongUserTitle}</h1>
<p>${fillHtml(texts.wrongUserText, { user })}</p>
</div>
<div class="warning" role="note">${ICONS.warning}<p>${texts.wrongUserWarning}</p></div>
<h2>${texts.remedyTitle}</h2>
<p>${texts.wrongUserRemedy}</p>
<form method="post" action="${view.action}">
<input type="hidden" name="csrf_token" value="${view.csrfToken}">
<input type="hidden" name="return_to" value="${view.returnTo}">
<div class="buttons"><button class="button">${texts.signInAsOther}</button></div>
</form>
<p class="reference soft">${fillHtml(texts.reference, { id: view.correlationId })}</p>`,
  })
}

/** Has the user sign in, once they ask for it: nothing is begun by opening a link. */
export function signInNeededPage(frame: Frame, view: SignInNeededView): Page {
  const { texts, brand } = frame
  const { host } = view
  return framePage(frame, {
    status: 200,
    title: texts.signInNeededTitle,
    hasForm: true,
    body: html`<h1>${texts.signInNeededTitle}</h1>
<p>${fillText(texts.signInNeededText, { brand })}</p>
<form method="post" action="${view.action}">
<input type="hidden" name="return_to" value="${view.returnTo}">
<div class="buttons"><button class="button main">${texts.signIn}</button></div>
<p class="after soft">${fillHtml(texts.nextStep, { upstream: host })}</p>
</form>`,
  })
}
