import { type Frame, framePage } from './frame.ts'
import { html } from './html.ts'
import type { Page } from './views.ts'

/** A page after which nothing is left to do in this window. */
export function closingPage(frame: Frame, title: string, text: string): Page {
  return framePage(frame, {
    status: 200,
    title,
    hasForm: false,
    body: html`<h1>${title}</h1>
<p>${text}</p>`,
  })
}
