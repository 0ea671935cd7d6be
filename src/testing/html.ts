import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'

/** Markup whose interpolated values have been escaped. */
export interface Html {
  readonly markup: string
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Builds markup; every value that is not markup itself is escaped, in text and in attributes. */
export function html(
  strings: TemplateStringsArray,
  ...values: readonly (string | Html | readonly Html[])[]
): Html {
  const parts = values.map((value, index) => render(value) + (strings[index + 1] ?? ''))
  return { markup: (strings[0] ?? '') + parts.join('') }
}

function render(value: string | Html | readonly Html[]): string {
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '')
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('')
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2024; --soft: #60646c; --paper: #fff; --desk: #f0f1f3;
  --line: #d9dbdf; --accent: #2f5bd8; --alarm: #b4232a }
@media (prefers-color-scheme: dark) { :root { --ink: #edeef0; --soft: #a4a8ae; --paper: #1b1d20;
  --desk: #101113; --line: #363a3f; --accent: #5c85f5; --alarm: #ff8b8b } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--desk);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { width: min(27rem, 100vw - 2rem); margin: 2rem 0; padding: 2rem; background: var(--paper);
  border: 1px solid var(--line); border-radius: 14px; overflow-wrap: anywhere }
h1 { margin: 0 0 1rem; font-size: 1.35rem; line-height: 1.3 }
p, dl, form, fieldset { margin: 0 0 1rem }
legend { padding: 0 .4rem; color: var(--soft); font-size: .9rem }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; font-size: .9rem }
dt, small, footer { color: var(--soft) }
dd { margin: 0 }
label { display: block; margin-bottom: .75rem; font-size: .9rem }
input:not([type=checkbox]) { display: block; width: 100%; margin-top: .25rem; padding: .6rem .7rem;
  font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: 8px }
fieldset { padding: .25rem .75rem .5rem; border: 1px solid var(--line); border-radius: 8px }
fieldset label { margin: .35rem 0 }
button { width: 100%; margin-top: .5rem; padding: .65rem; font: inherit; font-weight: 600; color: inherit;
  background: none; border: 1px solid var(--line); border-radius: 8px; cursor: pointer }
button.primary { color: #fff; background: var(--accent); border-color: var(--accent) }
button.plain { border: 0; font-weight: 400; color: var(--soft); text-decoration: underline }
[role=alert] { color: var(--alarm) }
footer { margin-top: 1.5rem; font-size: .8rem }
`

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

/** What a page says and where its form may lead. */
export interface PageContent {
  readonly status: number
  readonly title: string
  readonly body: Html
  /** Where the redirect that follows the form may go, as CSP sources; browsers check that too. */
  readonly formTargets?: readonly string[]
}

/** Sends a page that runs no script, loads nothing, and cannot be framed, stored or referred to. */
export function sendPage(res: ServerResponse, page: PageContent): void {
  const formAction = ["'self'", ...(page.formTargets ?? [])].join(' ')
  res.writeHead(page.status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy':
      `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action ${formAction}; ` +
      "base-uri 'none'; frame-ancestors 'none'",
    'X-Frame-Options': 'DENY',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
  })
  res.end(layout(page).markup)
}

function layout({ title, body }: PageContent): Html {
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${{ markup: STYLE }}</style>
<main>
${body}
<footer>Embedded authorization server of mcp-gatehouse. It is for tests and demonstrations on this
machine only.</footer>
</main>
</html>
`
}
