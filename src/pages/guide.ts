import { importPeer } from '../runtime/index.ts'
import type { Html } from './html.ts'

const HEADINGS = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6']
const TAGS = ['a', 'b', 'blockquote', 'br', 'code', 'em', 'h3', 'hr', 'i', 'li', 'ol', 'p', 'pre']
const OUTWARDS = {
  target: '_blank',
  rel: 'noopener noreferrer nofollow',
  referrerpolicy: 'no-referrer',
}

/**
 * Renders a guide of an operator, in Markdown (CommonMark), for a page of ours. HTML in it is shown
 * as text. Headings are of one rank, links lead to https addresses in a window of their own, and
 * there are no images: what is rendered is cut down to a list of elements, whatever wrote it.
 *
 * @throws {ConfigError} `ERR_CONFIG_PEER_MISSING` where `markdown-it` or `sanitize-html` is missing
 */
export async function renderGuide(markdown: string): Promise<Html> {
  const { default: MarkdownIt } = await importPeer('markdown-it', () => import('markdown-it'))
  const { default: sanitize } = await importPeer('sanitize-html', () => import('sanitize-html'))
  const rendered = new MarkdownIt({ html: false, linkify: false }).render(markdown)
  const markup = sanitize(rendered, {
    allowedTags: [...TAGS, 's', 'strong', 'ul'],
    allowedAttributes: { a: ['href', 'target', 'rel', 'referrerpolicy'], ol: ['start'] },
    allowedSchemes: ['https'],
    allowedSchemesAppliedToAttributes: ['href'],
    allowProtocolRelative: false,
    parseStyleAttributes: false,
    transformTags: {
      ...Object.fromEntries(HEADINGS.map((name) => [name, 'h3'])),
      a: (tagName, { href = '' }) =>
        isHttps(href)
          ? { tagName, attribs: { href, ...OUTWARDS } }
          : { tagName: 'span', attribs: {} },
    },
  })
  return { markup }
}

/** A path would be one of this server, which no guide is about. */
function isHttps(href: string): boolean {
  return URL.canParse(href) && new URL(href).protocol === 'https:'
}
