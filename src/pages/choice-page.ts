import { type Frame, framePage } from './frame.ts'
import { type Html, html } from './html.ts'
import { ICONS } from './icons.ts'
import { plainText } from './plain-text.ts'
import type { ChoiceView, Page } from './views.ts'

const FAILURE = 'choice-failure'
const MAX_LABEL = 80
const MAX_HOST = 253

/** Asks where a user signs in. An answer that nothing is known for is 400, so that it is not saved. */
export function choicePage(frame: Frame, view: ChoiceView): Page {
  const { texts } = frame
  const { hasFailed, asksEmail, choices } = view
  return framePage(frame, {
    status: hasFailed ? 400 : 200,
    title: hasFailed ? `${texts.choiceFailed} ${texts.choiceTitle}` : texts.choiceTitle,
    hasForm: true,
    body: html`<h1>${texts.choiceTitle}</h1>
${hasFailed ? html`<p class="failed" role="alert" id="${FAILURE}">${ICONS.warning}<span>${texts.choiceFailed}</span></p>` : undefined}
${asksEmail ? emailForm(frame, view) : undefined}
${asksEmail && choices.length > 0 ? html`<h2>${texts.otherChoices}</h2>` : undefined}
${choices.length > 0 ? choiceForm(view) : undefined}`,
  })
}

function emailForm({ texts }: Frame, { action, csrfToken, email, hasFailed }: ChoiceView): Html {
  const marks = hasFailed ? html`aria-invalid="true" aria-describedby="${FAILURE}"` : html``
  return html`<form method="post" action="${action}">
<input type="hidden" name="csrf_token" value="${csrfToken}">
<label>${texts.email}<input type="email" name="email" value="${email}"
autocomplete="email" required autofocus ${marks}></label>
<div class="buttons"><button class="button main">${texts.goOn}</button></div>
</form>`
}

function choiceForm({ action, csrfToken, choices }: ChoiceView): Html {
  const buttons = choices.map(
    ({ name, label, host }) =>
      html`<button class="button" name="upstream" value="${name}"><bdi>${plainText(label, MAX_LABEL)}</bdi>
<small dir="ltr">${plainText(host, MAX_HOST)}</small></button>`,
  )
  return html`<form class="choices" method="post" action="${action}">
<input type="hidden" name="csrf_token" value="${csrfToken}">
${buttons}
</form>`
}
