import { clientName } from './client-name.ts'
import type { ConnectView, SecretFormView } from './connection-views.ts'
import { fillHtml } from './fill.ts'
import type { Frame } from './frame.ts'
import { type Html, html } from './html.ts'
import { ICONS } from './icons.ts'
import { plainText } from './plain-text.ts'

const MAX_VALUE = 80

type Request = ConnectView | SecretFormView

/** Who asks for a service, what for, and as whom the user would connect it. */
export function requestDetails({ texts }: Frame, view: Request): Html {
  const { client, operation, signedInAs } = view
  const asker =
    client &&
    html`<div><dt>${texts.connectAskedBy}</dt><dd><bdi class="host">${clientName(client)}</bdi></dd></div>`
  const purpose =
    operation === undefined
      ? undefined
      : html`<div><dt>${texts.connectOperationLabel}</dt><dd><bdi>${plainText(operation, MAX_VALUE)}</bdi></dd></div>`
  return html`<dl>
${asker}
${purpose}
<div><dt>${texts.userLabel}</dt><dd><bdi>${plainText(signedInAs, MAX_VALUE)}</bdi></dd></div>
</dl>`
}

/** What is connected now and would be no more. */
export function replacement(
  { texts }: Frame,
  { replaces }: { readonly replaces: string | undefined },
): Html | undefined {
  if (replaces === undefined) return undefined
  const account = plainText(replaces, MAX_VALUE)
  return html`<div class="warning" role="note">${ICONS.warning}<p>${fillHtml(texts.connectReplaces, { account })}</p></div>`
}
