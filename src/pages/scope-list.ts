import { type Html, html } from './html.ts'
import { ICONS } from './icons.ts'
import type { ScopeView } from './views.ts'

/** What is allowed, in words, with the names of the scopes that the words stand for. */
export function scopeList(scopes: readonly ScopeView[], ifNone: string): Html {
  const items = scopes.map(
    ({ name, text }) =>
      html`<li>${ICONS.check}<span>${text}${text === name ? undefined : html` <code>${name}</code>`}</span></li>`,
  )
  return html`<ul role="list">${
    items.length === 0 ? html`<li>${ICONS.check}<span>${ifNone}</span></li>` : items
  }</ul>`
}
