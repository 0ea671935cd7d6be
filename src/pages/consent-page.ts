import { fillHtml, fillText } from './fill.ts'
import { type Frame, framePage } from './frame.ts'
import { type Html, html } from './html.ts'
import { ICONS } from './icons.ts'
import { plainText } from './plain-text.ts'
import { describeRedirect, type RedirectTarget } from './redirect-target.ts'
import { scopeList } from './scope-list.ts'
import type { PageTexts } from './texts.ts'
import type { ConsentView, Page } from './views.ts'

const MAX_NAME = 80
const MAX_DOMAIN = 253
const MAX_VALUE = 300

/** Asks whether a client may act for the user (MCP security best practices, "consent"). */
export function consentPage(frame: Frame, view: ConsentView): Page {
  const { texts, brand } = frame
  const target = describeRedirect(view.redirectUri)
  const title = fillText(texts.consentTitle, { brand })
  return framePage(frame, {
    status: 200,
    title,
    hasForm: true,
    body: html`<h1>${title}</h1>
${client(frame, view)}
${warning(frame, view, target)}
${details(frame, view, target)}
<h2>${texts.scopesTitle}</h2>
${scopeList(view.scopes, texts.noScopes)}
${upstream(frame, view)}
${form(frame, view)}`,
  })
}

/** Who asks. What is known comes first and larger than what the client says about itself. */
function client({ texts }: Frame, { clientName, verifiedDomain }: ConsentView): Html {
  const name = plainText(clientName ?? '', MAX_NAME)
  if (verifiedDomain !== undefined) {
    return html`<div class="client verified">
<p class="domain"><bdi>${plainText(verifiedDomain, MAX_DOMAIN)}</bdi></p>
<p class="badge">${ICONS.check}${texts.verifiedDomain}</p>
${name === '' ? undefined : html`<p class="name soft">${fillHtml(texts.verifiedName, { name })}</p>`}
</div>`
  }
  return html`<div class="client">
<p class="name">${name === '' ? texts.nameless : html`<bdi>${name}</bdi>`}</p>
<p class="badge">${texts.unverified}</p>
${name === '' ? undefined : html`<p class="soft">${texts.unverifiedName}</p>`}
</div>`
}

/** RFC 8252 §8.6: on the user's own machine, anything can pass itself off as the client. */
function warning(
  { texts }: Frame,
  { verifiedDomain }: ConsentView,
  { kind, host }: RedirectTarget,
): Html | undefined {
  if (kind === 'site') return undefined
  const domain = plainText(verifiedDomain ?? '', MAX_DOMAIN)
  const local = domain === '' ? texts.loopbackWarning : texts.verifiedLoopbackWarning
  const text = kind === 'app' ? texts.appWarning : local
  return html`<div class="warning" role="note">${ICONS.warning}<p>${fillHtml(text, { domain, scheme: host })}</p></div>`
}

function details({ texts }: Frame, view: ConsentView, target: RedirectTarget): Html {
  const { host, kind, uri } = target
  const places = { site: undefined, loopback: texts.thisDevice, app: texts.anApp }
  const place = places[kind] && html` <span class="soft">(${places[kind]})</span>`
  const user = plainText(view.signedInAs ?? '', MAX_NAME)
  return html`<dl>
<div><dt>${texts.redirectLabel}</dt>
<dd><bdi class="host" dir="ltr">${host}</bdi>${place}<bdi class="uri" dir="ltr">${uri}</bdi></dd></div>
<div><dt>${texts.resourceLabel}</dt>
<dd><bdi dir="ltr">${plainText(view.resource, MAX_VALUE)}</bdi></dd></div>
${user === '' ? undefined : html`<div><dt>${texts.userLabel}</dt><dd><bdi>${user}</bdi></dd></div>`}
</dl>`
}

/** What the identity provider, which asks on its own, will be told that this server wants. */
function upstream({ texts, brand }: Frame, view: ConsentView): Html | undefined {
  const { upstreamScopes } = view
  if (upstreamScopes.length === 0) return undefined
  const host = view.upstreamHost ?? texts.someUpstream
  const known = new Map(Object.entries(texts.upstreamScopes))
  return html`<h2>${fillHtml(texts.upstreamTitle, { brand, upstream: host })}</h2>
<ul class="plain" role="list">${upstreamScopes.map((name) => html`<li>${known.get(name) ?? name}</li>`)}</ul>`
}

function nextStep(
  { nextStep: signIn, nextChoice }: PageTexts,
  { upstreamHost, choosesUpstream }: ConsentView,
): Html | undefined {
  if (upstreamHost !== undefined) return fillHtml(signIn, { upstream: upstreamHost })
  return choosesUpstream === true ? html`${nextChoice}` : undefined
}

/** Deny comes first: it is the button that the Enter key presses. */
function form({ texts }: Frame, view: ConsentView): Html {
  const { action, csrfToken, canRemember, signedInAs, clientId } = view
  const next = signedInAs === undefined ? nextStep(texts, view) : undefined
  return html`<form method="post" action="${action}">
<input type="hidden" name="csrf_token" value="${csrfToken}">
${
  canRemember
    ? html`<label class="check"><input type="checkbox" name="remember" value="yes"><span>${texts.remember}</span></label>`
    : undefined
}
<div class="buttons">
<button class="button" name="decision" value="deny">${texts.deny}</button>
<button class="button main" name="decision" value="allow">${texts.allow}</button>
</div>
${next && html`<p class="after soft">${next}</p>`}
</form>
<details><summary>${texts.clientIdLabel}</summary><bdi class="uri" dir="ltr">${plainText(clientId, MAX_VALUE)}</bdi></details>`
}
