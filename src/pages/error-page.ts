import { fillHtml } from './fill.ts'
import { type Frame, framePage } from './frame.ts'
import { html } from './html.ts'
import type { ErrorTexts } from './texts.ts'
import type { ErrorView, Page } from './views.ts'

/** A path of this server: no other host, also not as `//host` or `/\host`. */
const OWN_PATH = /^\/(?![/\\])[\x21-\x7E]*$/

/** Says why it does not go on, what to do, and by which id the operator finds the request. */
export function errorPage(frame: Frame, view: ErrorView): Page {
  const { texts } = frame
  const { status, correlationId, retryPath, retryAfterSeconds } = view
  const { cause, remedy } = explain(frame, view)
  const canRetry = retryPath !== undefined && OWN_PATH.test(retryPath)
  return framePage(frame, {
    status,
    title: texts.errorTitle,
    hasForm: false,
    headers: retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) },
    body: html`<div role="alert">
<h1>${texts.errorTitle}</h1>
<p>${cause}</p>
</div>
<h2>${texts.remedyTitle}</h2>
<p>${remedy}</p>
${canRetry ? html`<div class="buttons"><a class="button main" href="${retryPath}">${texts.tryAgain}</a></div>` : undefined}
<p class="reference soft">${fillHtml(texts.reference, { id: correlationId })}</p>`,
  })
}

function explain({ texts }: Frame, { code, cause, remedy }: ErrorView): ErrorTexts {
  const known = code !== undefined && Object.hasOwn(texts.errors, code)
  return (known ? texts.errors[code] : undefined) ?? { cause, remedy }
}
