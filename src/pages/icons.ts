import { type Html, html } from './html.ts'

/** Signs beside a text that says the same, so that screen readers pass over them. */
export const ICONS: Readonly<Record<'check' | 'warning', Html>> = {
  check: html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path
d="M3 8.5l3.2 3.2L13 4.8" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"
stroke-linejoin="round"/></svg>`,
  warning: html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path
d="M8 1.8l6.8 12H1.2z" fill="none" stroke="currentColor" stroke-width="1.5"
stroke-linejoin="round"/><path d="M8 6.2v3.6M8 11.9v.1" stroke="currentColor" stroke-width="1.6"
stroke-linecap="round"/></svg>`,
}
