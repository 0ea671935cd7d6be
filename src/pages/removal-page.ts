import { clientName } from './client-name.ts'
import type { RemovalView } from './connection-views.ts'
import { fillHtml, fillText } from './fill.ts'
import { type Frame, framePage } from './frame.ts'
import { type Html, html } from './html.ts'
import { plainText } from './plain-text.ts'
import type { Page } from './views.ts'

const MAX_ACCOUNT = 120

/** Asks before something is taken away. */
export function removalPage(frame: Frame, view: RemovalView): Page {
  const { texts } = frame
  const { action, csrfToken, backPath } = view
  const { title, text, button } = wordsOf(frame, view.what)
  return framePage(frame, {
    status: 200,
    title,
    hasForm: true,
    body: html`<h1>${title}</h1>
<p>${text}</p>
<form method="post" action="${action}">
<input type="hidden" name="csrf_token" value="${csrfToken}">
<div class="buttons">
<a class="button" href="${backPath}">${texts.cancel}</a>
<button class="button danger" name="decision" value="yes">${button}</button>
</div>
</form>`,
  })
}

interface Words {
  readonly title: string
  readonly text: Html
  readonly button: string
}

function wordsOf({ texts }: Frame, what: RemovalView['what']): Words {
  switch (what.kind) {
    case 'connection': {
      const { service } = what
      const account = plainText(what.account, MAX_ACCOUNT)
      return {
        title: fillText(texts.disconnectTitle, { service }),
        text: fillHtml(texts.disconnectText, { service, account }),
        button: texts.disconnect,
      }
    }
    case 'client': {
      const client = clientName(what.client)
      return {
        title: fillText(texts.withdrawTitle, { client }),
        text: html`${texts.withdrawText}`,
        button: texts.withdraw,
      }
    }
    case 'sessions':
      return {
        title: texts.signOutEverywhereTitle,
        text: html`${texts.signOutEverywhereText}`,
        button: texts.signOutEverywhere,
      }
    default:
      return what satisfies never
  }
}
