import type { FieldFailure, FieldView, SecretFormView } from './connection-views.ts'
import { fillHtml, fillText } from './fill.ts'
import { type Frame, framePage } from './frame.ts'
import { type Html, html } from './html.ts'
import { ICONS } from './icons.ts'
import { plainText } from './plain-text.ts'
import { replacement, requestDetails } from './service-request.ts'
import type { PageTexts } from './texts.ts'
import type { Page } from './views.ts'

const FAILURE = 'form-failure'
const MAX_FAILURE = 300

/**
 * Asks for a credential that the user has. What was typed stays where an attempt is refused, except
 * for secrets; the link that led here works until one is accepted.
 */
export function secretFormPage(frame: Frame, view: SecretFormView): Page {
  const { texts, brand } = frame
  const { service, fields, guide } = view
  const title = fillText(texts.connectTitle, { service })
  const problem = problemOf(frame, view)
  return framePage(frame, {
    status: problem === undefined ? 200 : 400,
    title: problem === undefined ? title : `${problem} ${title}`,
    hasForm: true,
    body: html`<h1>${title}</h1>
${requestDetails(frame, view)}
${replacement(frame, view)}
${guide && html`<section class="guide" aria-labelledby="guide-title"><h2 id="guide-title">${texts.guideTitle}</h2>${guide}</section>`}
${problem === undefined ? undefined : html`<p class="failed" role="alert" id="${FAILURE}">${ICONS.warning}<span>${problem}</span></p>`}
<form method="post" action="${view.action}" autocomplete="off">
<input type="hidden" name="csrf_token" value="${view.csrfToken}">
${fields.map((field) => fieldRow(frame, field, isFocused(view, field)))}
<p class="promise soft">${fillHtml(texts.secretPromise, { service, brand })}</p>
<div class="buttons">
<button class="button" form="cancel" name="decision" value="cancel">${texts.cancel}</button>
<button class="button main" name="decision" value="connect">${texts.connect}</button>
</div>
</form>
${cancelForm(view)}`,
  })
}

/**
 * A form of its own, so that the Enter key in a field connects, and that cancelling needs no field
 * to be filled in.
 */
function cancelForm({ action, csrfToken }: SecretFormView): Html {
  return html`<form method="post" action="${action}" id="cancel" class="bare">
<input type="hidden" name="csrf_token" value="${csrfToken}"></form>`
}

function problemOf(
  { texts }: Frame,
  { service, failure, fields }: SecretFormView,
): string | undefined {
  if (failure === 'away') return fillText(texts.serviceAway, { service })
  if (failure === 'refused') return fillText(texts.secretRefused, { service })
  return fields.some((field) => field.failure !== undefined) ? texts.correctionsNeeded : undefined
}

/** The first field that is wrong; where nothing is, none: the page is to be read first. */
function isFocused({ fields }: SecretFormView, field: FieldView): boolean {
  return fields.find(({ failure }) => failure !== undefined) === field
}

function fieldRow({ texts }: Frame, field: FieldView, hasFocus: boolean): Html {
  const { name, label, hint, failure, isRequired } = field
  const optional = isRequired
    ? undefined
    : html` <span class="soft">(${texts.optionalField})</span>`
  return html`<div class="field">
<label for="field-${name}">${label}${optional}</label>
${hint === undefined ? undefined : html`<p class="hint soft" id="hint-${name}">${hint}</p>`}
${control(texts.choose, field, hasFocus)}
${failure === undefined ? undefined : html`<p class="failed" id="failure-${name}">${ICONS.warning}<span>${failureText(texts, failure)}</span></p>`}
</div>`
}

function failureText(texts: PageTexts, failure: FieldFailure): string {
  switch (failure) {
    case 'malformed':
      return texts.fieldMalformed
    case 'needed':
      return texts.fieldNeeded
    case 'not_listed':
      return texts.fieldNotListed
    case 'not_url':
      return texts.fieldNotUrl
    case 'too_long':
      return texts.fieldTooLong
    default:
      return plainText(failure.text, MAX_FAILURE)
  }
}

function control(choose: string, field: FieldView, hasFocus: boolean): Html {
  const { name, kind, value, isRequired, options } = field
  const attributes = html`id="field-${name}" name="field_${name}" autocomplete="off"
${isRequired ? html`required` : undefined} ${marks(field)} ${hasFocus ? html`autofocus` : undefined}`
  if (kind === 'select') {
    const choices = options.map(
      (option) =>
        html`<option value="${option.value}"${option.value === value ? html` selected` : undefined}>${option.label}</option>`,
    )
    return html`<select ${attributes}><option value="">${choose}</option>${choices}</select>`
  }
  if (kind === 'textarea') {
    return html`<textarea ${attributes} rows="5" autocapitalize="none" spellcheck="false"></textarea>`
  }
  if (kind === 'password') {
    return html`<input type="password" ${attributes} spellcheck="false">`
  }
  const type = kind === 'url' ? 'url' : 'text'
  return html`<input type="${type}" value="${value}" ${attributes} autocapitalize="none" spellcheck="false">`
}

function marks({ name, hint, failure }: FieldView): Html {
  const ids = [
    ...(hint === undefined ? [] : [`hint-${name}`]),
    ...(failure === undefined ? [] : [`failure-${name}`]),
  ].join(' ')
  const described = ids === '' ? undefined : html`aria-describedby="${ids}"`
  return html`${described} ${failure === undefined ? undefined : html`aria-invalid="true"`}`
}
