import type { ConnectView } from './connection-views.ts'
import { fillHtml, fillText } from './fill.ts'
import { type Frame, framePage } from './frame.ts'
import { html } from './html.ts'
import { scopeList } from './scope-list.ts'
import { replacement, requestDetails } from './service-request.ts'
import type { Page } from './views.ts'

/** Asks whether to connect a service, before the user is sent there. */
export function connectPage(frame: Frame, view: ConnectView): Page {
  const { texts, brand } = frame
  const { service, host, action, csrfToken, permissions } = view
  const title = fillText(texts.connectTitle, { service })
  return framePage(frame, {
    status: 200,
    title,
    hasForm: true,
    body: html`<h1>${title}</h1>
${requestDetails(frame, view)}
<h2>${fillHtml(texts.permissionsTitle, { service, brand })}</h2>
${scopeList(permissions, fillText(texts.noPermissions, { service }))}
${replacement(frame, view)}
<p class="promise soft">${fillHtml(texts.connectPromise, { brand })}</p>
<form method="post" action="${action}">
<input type="hidden" name="csrf_token" value="${csrfToken}">
<div class="buttons">
<button class="button" name="decision" value="cancel">${texts.cancel}</button>
<button class="button main" name="decision" value="connect">${texts.connect}</button>
</div>
<p class="after soft">${fillHtml(texts.connectNext, { host })}</p>
</form>`,
  })
}
