import type { AccountChoiceView } from './connection-views.ts'
import { fillText } from './fill.ts'
import { type Frame, framePage } from './frame.ts'
import { html } from './html.ts'
import { ICONS } from './icons.ts'
import { plainText } from './plain-text.ts'
import { replacement } from './service-request.ts'
import type { Page } from './views.ts'

const MAX_ACCOUNT = 120

/**
 * Asks whether an account that was signed in to at a service is the one that the user meant: whoever
 * can have them come back with an account of theirs would read what is written there (RFC 9700 §4.7).
 */
export function accountChoicePage(frame: Frame, view: AccountChoiceView): Page {
  const { texts } = frame
  const { service, account, action, csrfToken } = view
  const title = fillText(texts.accountChoiceTitle, { service })
  return framePage(frame, {
    status: 200,
    title,
    hasForm: true,
    body: html`<h1>${title}</h1>
<div class="client">
<p class="soft">${fillText(texts.accountChoiceText, { service })}</p>
<p class="domain"><bdi>${plainText(account, MAX_ACCOUNT)}</bdi></p>
</div>
${replacement(frame, view)}
<div class="warning" role="note">${ICONS.warning}<p>${texts.accountChoiceWarning}</p></div>
<form method="post" action="${action}">
<input type="hidden" name="csrf_token" value="${csrfToken}">
<div class="buttons">
<button class="button" name="decision" value="no">${texts.accountChoiceNo}</button>
<button class="button main" name="decision" value="yes">${texts.accountChoiceYes}</button>
</div>
</form>`,
  })
}
