import { type Html, html } from './html.ts'
import type { PageTexts } from './texts.ts'
import type { Page } from './views.ts'

/** What all pages of a server have in common. */
export interface Frame {
  readonly brand: string
  readonly logo: string | undefined
  readonly darkLogo: string | undefined
  readonly style: string
  /** SHA-256 of `style` in base64. */
  readonly styleHash: string
  readonly texts: PageTexts
}

/** What a page adds to the frame. */
export interface PageContent {
  readonly status: number
  readonly title: string
  readonly body: Html
  readonly hasForm: boolean
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/**
 * Makes a page that runs no script, loads nothing, and cannot be framed, stored or referred to.
 *
 * A page with a form has no `form-action`: Chromium holds every redirect that follows the answer
 * against it, and those lead through the identity provider's own providers to wherever the client
 * sends its users at last, which nobody can list. There is no `Cross-Origin-Opener-Policy` either,
 * for it would cut a client that opened the page in a popup off from its own callback.
 *
 * @see RFC 9700 §4.2.4 and §4.16
 */
export function framePage(frame: Frame, content: PageContent): Page {
  return {
    status: content.status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': contentSecurityPolicy(frame, content),
      'X-Frame-Options': 'DENY',
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
      ...content.headers,
    },
    html: document(frame, content).markup,
  }
}

function contentSecurityPolicy({ styleHash, logo }: Frame, { hasForm }: PageContent): string {
  return [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    ...(logo === undefined ? [] : ['img-src data:']),
    ...(hasForm ? [] : ["form-action 'none'"]),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

function document(frame: Frame, { title, body }: PageContent): Html {
  const { texts, brand, style } = frame
  return html`<!doctype html>
<html lang="${texts.lang}" dir="${texts.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} – ${brand}</title>
<style>${{ markup: style }}</style>
</head>
<body>
<header>${logoImage(frame)}<span>${brand}</span></header>
<main>
${body}
</main>
</body>
</html>
`
}

function logoImage({ logo, darkLogo }: Frame): Html {
  if (logo === undefined) return html``
  const image = html`<img src="${logo}" alt="">`
  if (darkLogo === undefined) return image
  return html`<picture><source media="(prefers-color-scheme: dark)" srcset="${darkLogo}">${image}</picture>`
}
