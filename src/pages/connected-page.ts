import { clientName } from './client-name.ts'
import type { ConnectedView } from './connection-views.ts'
import { fillHtml, fillText } from './fill.ts'
import { type Frame, framePage } from './frame.ts'
import { html } from './html.ts'
import { ICONS } from './icons.ts'
import { plainText } from './plain-text.ts'
import type { Page } from './views.ts'

const MAX_ACCOUNT = 120

/** Says what has become of it. A page without script cannot close its window. */
export function connectedPage(frame: Frame, view: ConnectedView): Page {
  const { texts } = frame
  const { service, account, client, accountPath } = view
  const title =
    account === undefined ? texts.notConnectedTitle : fillText(texts.connectedTitle, { service })
  const back =
    client === undefined
      ? html`${texts.closeWindow}`
      : fillHtml(texts.returnToClient, { client: clientName(client) })
  const outcome =
    account === undefined
      ? undefined
      : html`<p class="outcome">${ICONS.check}<span>${fillHtml(texts.connectedAs, { account: plainText(account, MAX_ACCOUNT), service })}</span></p>`
  return framePage(frame, {
    status: 200,
    title,
    hasForm: false,
    body: html`<h1>${title}</h1>
${outcome}
<p>${back}</p>
<p class="reference"><a href="${accountPath}">${texts.toAccount}</a></p>`,
  })
}
