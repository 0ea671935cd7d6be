/** Links of the Markdown files, written for the repository, as links of the site. */
import { posix } from 'node:path'
import type { MarkdownEnv, MarkdownRenderer } from 'vitepress'
import { linkTo } from '../places.ts'

/** Sources and the list of them, which are no pages: `../examples/jwe/client.ts`. */
const SOURCE = /\.(?:ts|yaml|json|conf)$|(?:^|\/)(?:Caddyfile|Dockerfile|examples\/README\.md)$/

/** A link to a `README.md` leads to the index of its folder; one to a source becomes plain text. */
export function useRepositoryLinks(md: MarkdownRenderer): void {
  md.core.ruler.push('repository_links', ({ tokens, env }) => {
    const folder = posix.dirname((env as MarkdownEnv).relativePath)
    for (const { children } of tokens) {
      for (const [at, token] of children?.entries() ?? []) {
        const href = token.type === 'link_open' ? (token.attrGet('href') ?? '') : ''
        if (/^[a-z]+:/.test(href)) continue
        if (/README\.md(?:#|$)/.test(href)) token.attrSet('href', linkTo(posix.join(folder, href)))
        if (!SOURCE.test(href)) continue
        const end = children?.slice(at).find(({ type }) => type === 'link_close')
        for (const tag of [token, end]) {
          if (tag !== undefined) Object.assign(tag, { tag: 'span', attrs: null })
        }
      }
    }
  })
}
