import { clientName } from './client-name.ts'
import type { AccountView, ApprovedClientView, ConnectionView } from './connection-views.ts'
import { fillHtml } from './fill.ts'
import { type Frame, framePage } from './frame.ts'
import { type Html, html } from './html.ts'
import { ICONS } from './icons.ts'
import { plainText } from './plain-text.ts'
import { describeRedirect } from './redirect-target.ts'
import type { Page, ScopeView } from './views.ts'

const MAX_VALUE = 120

/** What a user has connected and allowed, with a way back for each. */
export function accountPage(frame: Frame, view: AccountView): Page {
  const { texts } = frame
  return framePage(frame, {
    status: 200,
    title: texts.accountTitle,
    hasForm: true,
    body: html`<h1>${texts.accountTitle}</h1>
<p class="soft">${texts.userLabel} <bdi>${plainText(view.signedInAs, MAX_VALUE)}</bdi></p>
<h2 class="sections">${texts.connectionsTitle}</h2>
${view.connections.length === 0 ? html`<p>${texts.noConnections}</p>` : view.connections.map((one) => connection(frame, view, one))}
${services(frame, view)}
${clients(frame, view)}
${sessions(frame, view)}`,
  })
}

function connection(frame: Frame, { paths }: AccountView, one: ConnectionView): Html {
  const { texts } = frame
  const used =
    one.lastUsedAt === undefined
      ? html`${texts.neverUsed}`
      : fillHtml(texts.lastUsedBy, {
          time: formatTime(frame, one.lastUsedAt),
          client: one.lastUsedBy === undefined ? texts.nameless : clientName(one.lastUsedBy),
        })
  return html`<section class="item" aria-labelledby="service-${one.name}">
<h3 id="service-${one.name}">${one.service}</h3>
${one.needsReconnect ? html`<p class="badge">${ICONS.warning}${texts.needsReconnect}</p>` : undefined}
<dl>
<div><dt>${texts.connectionAccountLabel}</dt><dd><bdi>${plainText(one.account, MAX_VALUE)}</bdi></dd></div>
${scopeRow(texts.connectionPermissionsLabel, one.permissions)}
<div><dt>${texts.connectedSinceLabel}</dt><dd>${date(frame, one.connectedAt)}</dd></div>
<div><dt>${texts.lastUsedLabel}</dt><dd>${used}</dd></div>
</dl>
<div class="actions">
${one.canReconnect ? html`<a class="button small" href="${paths.connect}/${one.name}">${label(texts.reconnect, one.service)}</a>` : undefined}
<a class="button small" href="${paths.account}/disconnect/${one.name}">${label(texts.disconnect, one.service)}</a>
</div>
</section>`
}

/** Links of the same text lead elsewhere: whoever hears them alone is told where. */
function label(text: string, of: string): Html {
  return html`${text}<span class="unseen"> ${of}</span>`
}

function scopeRow(title: string, scopes: readonly ScopeView[]): Html | undefined {
  if (scopes.length === 0) return undefined
  const list = scopes.map(({ text }) => html`<li>${text}</li>`)
  return html`<div><dt>${title}</dt><dd><ul class="plain" role="list">${list}</ul></dd></div>`
}

function services({ texts }: Frame, view: AccountView): Html | undefined {
  if (view.services.length === 0) return undefined
  const rows = view.services.map(
    ({ name, service }) =>
      html`<li class="row"><span>${service}</span><a class="button small" href="${view.paths.connect}/${name}">${label(texts.connect, service)}</a></li>`,
  )
  return html`<h2 class="sections">${texts.servicesTitle}</h2>
<ul role="list">${rows}</ul>`
}

function clients(frame: Frame, view: AccountView): Html | undefined {
  const { texts } = frame
  if (view.clients === undefined) return undefined
  return html`<h2 class="sections">${texts.clientsTitle}</h2>
${view.clients.length === 0 ? html`<p>${texts.noClients}</p>` : view.clients.map((one) => approvedClient(frame, view, one))}`
}

function approvedClient(frame: Frame, { paths }: AccountView, one: ApprovedClientView): Html {
  const { texts } = frame
  const name = clientName(one.client)
  const { host } = describeRedirect(one.redirectUri)
  return html`<section class="item" aria-labelledby="client-${one.id}">
<h3 id="client-${one.id}"><bdi>${name}</bdi></h3>
<dl>
<div><dt>${texts.clientRedirectLabel}</dt><dd><bdi dir="ltr">${host}</bdi></dd></div>
${scopeRow(texts.clientScopesLabel, one.scopes)}
<div><dt>${texts.clientSinceLabel}</dt><dd>${date(frame, one.approvedAt)}</dd></div>
</dl>
<div class="actions">
<a class="button small" href="${paths.account}/withdraw/${one.id}">${label(texts.withdraw, name)}</a>
</div>
</section>`
}

function sessions({ texts }: Frame, view: AccountView): Html {
  const { account } = view.paths
  return html`<h2 class="sections">${texts.sessionsTitle}</h2>
<form method="post" action="${account}/sign-out" class="bare actions">
<input type="hidden" name="csrf_token" value="${view.csrfToken}">
<button class="button small">${texts.signOut}</button>
${view.canSignOutEverywhere ? html`<a class="button small" href="${account}/sign-out-everywhere">${texts.signOutEverywhere}</a>` : undefined}
</form>`
}

/** Without a script nobody knows the user's time zone: days are those of UTC, and times say so. */
function date({ texts }: Frame, at: number): Html {
  const instant = new Date(at * 1000)
  const text = new Intl.DateTimeFormat(texts.lang, { dateStyle: 'long', timeZone: 'UTC' })
  return html`<time datetime="${instant.toISOString()}">${text.format(instant)}</time>`
}

function formatTime({ texts }: Frame, at: number): string {
  return new Intl.DateTimeFormat(texts.lang, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZone: 'UTC',
    timeZoneName: 'short',
  }).format(new Date(at * 1000))
}
