import { type Frame, framePage } from './frame.ts'
import { html } from './html.ts'
import { ICONS } from './icons.ts'
import type { Page, SignInView } from './views.ts'

const FAILURE = 'sign-in-failure'

/** Signs in a user of the configuration. A refused attempt is 400, so that it is not saved. */
export function signInPage(frame: Frame, view: SignInView): Page {
  const { texts } = frame
  const { action, csrfToken, username, hasFailed } = view
  const marks = hasFailed ? html`aria-invalid="true" aria-describedby="${FAILURE}"` : html``
  const [first, second] = username === '' ? [html`autofocus`, html``] : [html``, html`autofocus`]
  return framePage(frame, {
    status: hasFailed ? 400 : 200,
    title: hasFailed ? `${texts.signInFailed} ${texts.signInTitle}` : texts.signInTitle,
    hasForm: true,
    body: html`<h1>${texts.signInTitle}</h1>
${hasFailed ? html`<p class="failed" role="alert" id="${FAILURE}">${ICONS.warning}<span>${texts.signInFailed}</span></p>` : undefined}
<form method="post" action="${action}">
<input type="hidden" name="csrf_token" value="${csrfToken}">
<label>${texts.username}<input type="text" name="username" value="${username}"
autocomplete="username" autocapitalize="none" spellcheck="false" required ${marks} ${first}></label>
<label>${texts.password}<input type="password" name="password"
autocomplete="current-password" required ${marks} ${second}></label>
<div class="buttons"><button class="button main">${texts.signIn}</button></div>
<p class="after soft">${texts.signInHint}</p>
</form>`,
  })
}
